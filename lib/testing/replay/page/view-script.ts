/** Of the page's own script: which part of the run is in view, and where things stand in it. */
export const VIEW_SCRIPT = String.raw`
var data = JSON.parse(document.getElementById('data').textContent)
var scene = data.scene
var events = data.events
var AXIS = 66, HEAD = 40, FAULTS_WIDE = 175, CLIENT_WIDE = 11
/* What is left below the end: for as many lines as the failure takes, about. */
var FOOT = scene.failure === undefined ? 40 : 44 + 16 * Math.min(6, Math.ceil(scene.failure.split('\n')[0].length / 90))
var scroll = document.getElementById('scroll')
var chart = document.getElementById('chart')
var space = document.getElementById('space')
var panel = document.getElementById('panel')
var map = document.getElementById('map')
var hiddenGroups = { heartbeat: true, disk: true }
var hiddenLanes = {}
var picked = null

/*
 * Where a moment is, in pixels from the top: so much for each millisecond, and so much more for each moment at which
 * something happens, so that a rush can be read and an idle time doesn't take the page.
 */
var scale = { perMs: 0.5, perMoment: 8 }
var isEven = false
var moments = []
var places = []
function measure() {
  var times = []
  scene.arrows.forEach(function (arrow) { if (isShown(arrow)) times.push(arrow.at, arrow.until) })
  scene.marks.forEach(function (mark) { if (isShown(mark)) times.push(mark.at) })
  times.push(0, scene.endsAt)
  moments = times.sort(function (one, other) { return one - other }).filter(function (at, i) { return i === 0 || at > times[i - 1] })
  rescale()
}
function rescale() {
  places = moments.map(function (at, i) { return at * scale.perMs + (isEven ? 0 : i * scale.perMoment) })
}

/* From one of two rising lists to the other. */
function along(from, to, value) {
  var low = 0, high = from.length - 1
  while (high - low > 1) {
    var mid = (low + high) >> 1
    if (from[mid] <= value) low = mid
    else high = mid
  }
  if (high <= 0 || from[high] === from[low]) return to[0] + (value - from[0])
  return to[low] + ((value - from[low]) * (to[high] - to[low])) / (from[high] - from[low])
}
function placeOf(at) { return along(moments, places, at) }

/* Calls of one client stand in one column of the clients' lane. */
var slots = []
scene.spans.forEach(function (span) {
  if (span.lane === 'clients' && slots.indexOf(span.slot) < 0) slots.push(span.slot)
})
slots.sort()

function clamp(value, least, most) { return Math.max(least, Math.min(most, value)) }

/* Of each lane in view: its left side, its middle and how wide it is. */
var lanes = {}
var wide = 0
function layOut() {
  var names = scene.lanes.filter(function (name) { return !hiddenLanes[name] })
  var fixed = { faults: FAULTS_WIDE, clients: 140 + CLIENT_WIDE * slots.length }
  var members = names.filter(function (name) { return fixed[name] === undefined })
  var left = names.reduce(function (sum, name) { return sum + (fixed[name] || 0) }, AXIS)
  var each = Math.max(150, (scroll.clientWidth - left - 60) / Math.max(1, members.length))
  var x = AXIS
  lanes = {}
  names.forEach(function (name) {
    var width = fixed[name] || each
    var middle = name === 'faults' ? x + 22 : name === 'clients' ? x + 14 + (CLIENT_WIDE * slots.length) / 2 : x + width * 0.4
    lanes[name] = { left: x, x: middle, width: width, isMember: fixed[name] === undefined }
    x += width
  })
  wide = Math.max(x + 40, scroll.clientWidth)
  space.style.width = wide + 'px'
  space.style.height = HEAD + placeOf(scene.endsAt) + FOOT + 'px'
}

function yOf(at) { return HEAD + placeOf(at) - scroll.scrollTop }
function timeAt(y) { return along(places, moments, y - HEAD + scroll.scrollTop) }

function zoom(factor, aroundY) {
  var y = aroundY === undefined ? HEAD + (scroll.clientHeight - HEAD) / 2 : aroundY
  var at = timeAt(y)
  var least = (scroll.clientHeight - HEAD - 20) / Math.max(1, placeOf(scene.endsAt))
  var by = clamp(factor, Math.min(1, least), Math.max(1, 60 / scale.perMs))
  scaleTo(scale.perMs * by, scale.perMoment * by)
  scroll.scrollTop = placeOf(at) - (y - HEAD)
  draw()
}

function scaleTo(perMs, perMoment) {
  scale = { perMs: perMs, perMoment: perMoment }
  rescale()
  layOut()
}

/* Brings a moment to a place of the view, by default its middle. */
function show(at, share) {
  scroll.scrollTop = placeOf(at) - (scroll.clientHeight - HEAD) * (share === undefined ? 0.5 : share)
  draw()
}

/* The end of the run with what is left to be said about it, and about so much of what came before. */
var BEFORE_MS = 300
function showEnd() {
  var room = scroll.clientHeight - HEAD - FOOT
  var count = moments.filter(function (at) { return at > scene.endsAt - BEFORE_MS }).length
  var perMoment = isEven ? 0 : clamp((room * 0.8) / count, 4, 14)
  scaleTo(clamp((room - perMoment * count) / BEFORE_MS, 0.2, 6), perMoment)
  scroll.scrollTop = space.offsetHeight
  draw()
}

function showAll() {
  var share = (scroll.clientHeight - HEAD - 60) / Math.max(1, placeOf(scene.endsAt))
  scaleTo(scale.perMs * share, scale.perMoment * share)
  scroll.scrollTop = 0
  draw()
}

function isShown(thing) {
  if (thing.group !== undefined && hiddenGroups[thing.group] && !thing.isNamed) return false
  if (thing.lane !== undefined) return lanes[thing.lane] !== undefined
  return lanes[thing.from] !== undefined && lanes[thing.to] !== undefined
}

/* What was known of a member at a moment. */
function knownAt(member, at) {
  var all = scene.known[member] || []
  var low = 0, high = all.length
  while (low < high) {
    var mid = (low + high) >> 1
    if (all[mid].at <= at) low = mid + 1
    else high = mid
  }
  return all[low - 1]
}
`
