/** Of the page's own script: what is shown, and how one moves about in it. */
export const CONTROL_SCRIPT = String.raw`
function box(parent, text, isOn, change) {
  var label = tag('label')
  var input = document.createElement('input')
  input.type = 'checkbox'
  input.checked = isOn
  input.addEventListener('change', function () {
    var at = timeAt(HEAD)
    change(input.checked)
    layOut()
    measure()
    layOut()
    show(at, 0)
  })
  label.appendChild(input)
  label.appendChild(document.createTextNode(text))
  parent.appendChild(label)
}

Object.keys(data.groups).forEach(function (group) {
  box(document.getElementById('groups'), data.groups[group], !hiddenGroups[group], function (isOn) { hiddenGroups[group] = !isOn })
})
scene.lanes.forEach(function (lane) {
  box(document.getElementById('lanes'), lane, true, function (isOn) { hiddenLanes[lane] = !isOn })
})

box(document.getElementById('ways'), 'time runs evenly', false, function (isOn) { isEven = isOn })

/* To the next of all that is shown, or the one before. */
function step(by) {
  var all = scene.arrows.concat(scene.marks).filter(isShown).sort(function (one, other) { return one.at - other.at })
  if (all.length === 0) return
  var middle = timeAt(HEAD + (scroll.clientHeight - HEAD) / 2)
  var at = picked === null ? -1 : all.indexOf(picked)
  if (at < 0) at = all.findIndex(function (it) { return it.at >= middle }) - (by > 0 ? 1 : 0)
  var next = all[clamp(at + by, 0, all.length - 1)]
  pick(next)
  if (yOf(next.at) < HEAD + 20 || yOf(next.at) > scroll.clientHeight - 20) show(next.at)
}

var KEYS = {
  '+': function () { zoom(1.4) }, '=': function () { zoom(1.4) }, '-': function () { zoom(1 / 1.4) },
  0: showAll, e: showEnd, j: function () { step(1) }, k: function () { step(-1) },
  Escape: function () { pick(null) },
  Home: function () { show(0, 0) }, End: showEnd,
  ArrowDown: function () { scroll.scrollTop += 60 }, ArrowUp: function () { scroll.scrollTop -= 60 },
  PageDown: function () { scroll.scrollTop += scroll.clientHeight * 0.8 },
  PageUp: function () { scroll.scrollTop -= scroll.clientHeight * 0.8 },
}
document.addEventListener('keydown', function (press) {
  var act = KEYS[press.key]
  if (act === undefined || press.ctrlKey || press.metaKey || press.altKey) return
  press.preventDefault()
  act()
})
scroll.addEventListener('wheel', function (turn) {
  if (!turn.ctrlKey && !turn.metaKey) return
  turn.preventDefault()
  zoom(Math.exp(-turn.deltaY / 300), turn.clientY - scroll.getBoundingClientRect().top)
}, { passive: false })
map.addEventListener('click', function (press) {
  var bounds = map.getBoundingClientRect()
  show(((press.clientY - bounds.top) / bounds.height) * scene.endsAt)
})
var ACTS = { closer: function () { zoom(1.4) }, farther: function () { zoom(1 / 1.4) }, all: showAll, end: showEnd }
Object.keys(ACTS).forEach(function (id) { document.getElementById(id).addEventListener('click', ACTS[id]) })

var isAwaited = false
scroll.addEventListener('scroll', function () {
  if (isAwaited) return
  isAwaited = true
  requestAnimationFrame(function () { isAwaited = false; draw() })
})
window.addEventListener('resize', function () { layOut(); draw() })

layOut()
measure()
tell()
if (scene.failure === undefined) { layOut(); show(0, 0) }
else showEnd()
`
