/** Of the page's own script: draws what is in view, and nothing else. */
export const DRAW_SCRIPT = String.raw`
var SVG = 'http://www.w3.org/2000/svg'
var MOST_ARROWS = 1200

function make(name, attributes, text) {
  var element = document.createElementNS(SVG, name)
  for (var key in attributes) element.setAttribute(key, attributes[key])
  if (text !== undefined) element.textContent = text
  return element
}

/* Which labels there are already, so that none is written over another. */
var taken = {}
function isFree(place, y) {
  var row = Math.round(y / 4)
  for (var near = -3; near <= 3; near++) if (taken[place + ' ' + (row + near)]) return false
  taken[place + ' ' + row] = true
  return true
}

function fitted(text, width) {
  var most = Math.max(3, Math.floor(width / 5.7))
  return text.length <= most ? text : text.slice(0, most - 1) + '…'
}

/* A group that can be pointed at and picked. */
function thing(of, name) {
  var group = make('g', { class: 'thing ' + name + (picked === of ? ' picked' : '') })
  group.addEventListener('click', function () { pick(of) })
  group.appendChild(make('title', {}, of.text))
  return group
}

function drawGrid(root, height) {
  var inView = timeAt(height) - timeAt(HEAD)
  var steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000]
  var step = steps.filter(function (ms) { return inView / ms <= 24 })[0] || 50000
  var lowest = -Infinity
  for (var at = Math.max(0, Math.ceil(timeAt(HEAD) / step) * step); yOf(at) < height && at <= scene.endsAt; at += step) {
    var y = yOf(at)
    if (y - lowest < 14) continue
    lowest = y
    root.appendChild(make('line', { class: 'grid', x1: AXIS - 4, x2: wide, y1: y, y2: y }))
    root.appendChild(make('text', { class: 'axis', x: AXIS - 8, y: y + 3, 'text-anchor': 'end' }, at + ' ms'))
  }
}

var ROLE_WIDE = { leader: 14, candidate: 10, follower: 6, learner: 6 }

function drawSpan(root, span, height) {
  var lane = lanes[span.lane]
  var top = clamp(yOf(span.at), HEAD - 5, height + 5), bottom = clamp(yOf(span.until), HEAD - 5, height + 5)
  var group = thing(span, '')
  var tall = Math.max(1.5, bottom - top)
  if (span.slot === 'role') {
    var width = ROLE_WIDE[span.kind]
    if (width === undefined)
      group.appendChild(make('line', { class: span.kind, x1: lane.x, x2: lane.x, y1: top, y2: bottom }))
    else group.appendChild(make('rect', { class: span.kind, x: lane.x - width / 2, y: top, width: width, height: tall, rx: 1.5 }))
    group.appendChild(make('line', { class: 'hit', x1: lane.x, x2: lane.x, y1: top, y2: bottom }))
    if (top > HEAD && isFree(span.lane + ' left', top + 9))
      root.appendChild(make('text', { class: 'label soft', x: lane.x - 12, y: top + 9, 'text-anchor': 'end' }, fitted(span.text.replace(', term ', ' t'), lane.x - lane.left - 6)))
  } else if (span.lane === 'clients') {
    var isBlamed = scene.blamed.asked.some(function (at) { return Math.abs(at - span.at) < 1e-6 })
    var column = lane.left + 14 + CLIENT_WIDE * slots.indexOf(span.slot)
    group.appendChild(make('rect', { class: span.kind + (isBlamed ? ' blamed' : ''), x: column, y: top, width: CLIENT_WIDE - 4, height: tall, rx: 1.5 }))
  } else {
    if (span.lane === 'faults' && top < HEAD && isFree('faults right', HEAD + 8))
      root.appendChild(make('text', { class: 'label struck', x: lane.x + 12, y: HEAD + 8 }, fitted(span.text, lane.width - 36)))
    group.appendChild(make('rect', { class: 'band', x: span.lane === 'faults' ? lane.left + 6 : lane.x + 9, y: top, width: 7, height: tall }))
  }
  root.appendChild(group)
}

/* Shapes tell kinds apart, and colours help. */
function glyph(mark, x, y) {
  var named = mark.isNamed ? ' named' : ''
  var r = 4.2
  switch (mark.kind) {
    case 'crashed': case 'failed': case 'wiped': case 'truncated':
      return make('path', { class: 'mark bad' + named, d: 'M' + (x - r) + ' ' + (y - r) + 'l' + 2 * r + ' ' + 2 * r + 'm0 ' + -2 * r + 'l' + -2 * r + ' ' + 2 * r })
    case 'started':
      return make('path', { class: 'mark good' + named, d: 'M' + (x - r) + ' ' + (y - r) + 'l' + 2 * r + ' ' + r + 'l' + -2 * r + ' ' + r + 'z' })
    case 'stopped': case 'removed':
      return make('rect', { class: 'mark bad' + named, x: x - r, y: y - r, width: 2 * r, height: 2 * r })
    case 'snapshot':
      return make('rect', { class: 'mark' + named, x: x - r, y: y - r, width: 2 * r, height: 2 * r, rx: 2 })
    case 'fault': case 'network':
      return make('path', { class: 'strike', d: 'M' + x + ' ' + (y - 5) + 'l5 5l-5 5l-5 -5z' })
    case 'leads':
      return make('path', { class: 'mark good' + named, d: 'M' + (x - 5) + ' ' + (y + 4) + 'l5 -9l5 9z' })
    case 'commit': case 'disk': case 'applied':
      return make('circle', { class: 'mark quiet' + named, cx: x, cy: y, r: 2 })
    default:
      return make('circle', { class: 'mark' + named, cx: x, cy: y, r: 3.4 })
  }
}

function drawMark(root, mark) {
  var lane = lanes[mark.lane], y = yOf(mark.at)
  var group = thing(mark, '')
  if (picked === mark) group.appendChild(make('circle', { class: 'halo', cx: lane.x, cy: y, r: 9 }))
  group.appendChild(glyph(mark, lane.x, y))
  group.appendChild(make('circle', { class: 'hit', cx: lane.x, cy: y, r: 4 }))
  var base = mark.lane === 'faults' ? y + 4 : y - 2
  if (isFree(mark.lane + ' right', base)) {
    var strength = mark.kind === 'fault' || mark.kind === 'network' ? ' struck' : mark.isKey ? '' : ' soft'
    group.appendChild(make('text', { class: 'label' + strength, x: lane.x + 12, y: base }, fitted(mark.text, lane.left + lane.width - lane.x + (lane.isMember ? 40 : -12))))
  }
  root.appendChild(group)
}

var REACHES = { lost: 0.45, cut: 0.6, gone: 0.9, refused: 0.9, 'under way': 0.5 }

function drawArrow(root, arrow) {
  var from = lanes[arrow.from], to = lanes[arrow.to]
  var side = to.x > from.x ? 1 : -1
  var x1 = from.x + 7 * side, x2 = to.x - 8 * side
  var y1 = yOf(arrow.at)
  var y2 = arrow.until === arrow.at && arrow.fate !== 'delivered' ? y1 + 8 : yOf(arrow.until)
  var reach = REACHES[arrow.fate] || 1
  var x = x1 + (x2 - x1) * reach, y = y1 + (y2 - y1) * (arrow.fate === 'gone' || arrow.fate === 'under way' ? 1 : reach)
  var group = thing(arrow, arrow.group + (arrow.isNamed ? ' told' : ''))
  group.appendChild(make('line', { class: 'hit', x1: x1, y1: y1, x2: x, y2: y }))
  group.appendChild(make('line', { class: 'ink', x1: x1, y1: y1, x2: x, y2: y }))
  if (reach === 1) {
    var angle = Math.atan2(y2 - y1, x2 - x1)
    var bend = function (by) { return (x2 - 8 * Math.cos(angle + by)) + ' ' + (y2 - 8 * Math.sin(angle + by)) }
    group.appendChild(make('path', { class: 'tip', d: 'M' + x2 + ' ' + y2 + 'L' + bend(0.36) + 'L' + bend(-0.36) + 'z' }))
  } else if (arrow.fate !== 'under way') {
    group.appendChild(make('path', { class: 'cross', d: 'M' + (x - 4) + ' ' + (y - 4) + 'l8 8m0 -8l-8 8' }))
  }
  root.appendChild(group)
  labelArrow(group, arrow, { x1: x1, y1: y1, x: x, y: y, side: side, isWhole: reach === 1 || arrow.fate === 'under way' })
}

/* Beside its sender, above the line; what clients are told beside them, where there is room. */
function labelArrow(group, arrow, line) {
  var isAnswer = arrow.to === 'clients'
  var lane = lanes[isAnswer ? 'clients' : arrow.from]
  var side = isAnswer ? 1 : line.side
  var slope = (line.y - line.y1) / (line.x - line.x1 || 1)
  var x = isAnswer ? line.x + 14 : line.x1 + 22 * side
  var y = (isAnswer ? line.y + slope * 14 : line.y1 + slope * 22 * side) - 2
  if (!isFree((isAnswer ? 'clients' : arrow.from) + (side > 0 ? ' right' : ' left'), y)) return
  var gutter = side > 0 ? lane.left + lane.width - lane.x : lane.x - lane.left
  var room = Math.min(Math.abs(line.x - line.x1) - 24, lane.isMember ? gutter + 20 : gutter - 10)
  var name = line.isWhole ? 'label said' : 'label fate'
  group.appendChild(make('text', { class: name, x: x, y: y, 'text-anchor': side > 0 ? 'start' : 'end' }, fitted(line.isWhole ? arrow.text : arrow.fate + ': ' + arrow.text, room)))
}

function lines(text, most) {
  var all = []
  text.split(' ').forEach(function (word) {
    var last = all.length - 1
    if (last >= 0 && all[last].length + word.length < most) all[last] += ' ' + word
    else all.push(word)
  })
  return all
}

function drawEnd(root) {
  if (scene.failure === undefined) return
  var y = yOf(scene.endsAt)
  root.appendChild(make('line', { class: 'wall', x1: 0, x2: wide, y1: y, y2: y }))
  scene.blamed.members.forEach(function (name) {
    if (lanes[name]) root.appendChild(make('circle', { class: 'halo wall', cx: lanes[name].x, cy: y, r: 12, fill: 'none' }))
  })
  lines('✖ ' + scene.failure.split('\n')[0], Math.floor((scroll.clientWidth - AXIS) / 7)).slice(0, 6).forEach(function (line, at) {
    root.appendChild(make('text', { class: 'label verdict', x: AXIS, y: y + 28 + 16 * at }, line))
  })
}

function drawHead(root) {
  root.appendChild(make('rect', { class: 'head', x: -1, y: -1, width: wide + 2, height: HEAD - 6 }))
  Object.keys(lanes).forEach(function (name) {
    var lane = lanes[name]
    var isBlamed = scene.blamed.members.indexOf(name) >= 0
    var known = lane.isMember ? knownAt(name, timeAt(HEAD)) : undefined
    var standing = known && known.standing
    var is = standing ? standing.role + ', term ' + standing.term : lane.isMember ? 'down' : ''
    root.appendChild(make('text', { class: 'name' + (isBlamed ? ' verdict' : ''), x: lane.isMember ? lane.x : lane.left + 8, y: 15, 'text-anchor': lane.isMember ? 'middle' : 'start' }, name))
    root.appendChild(make('text', { class: 'axis', x: lane.x, y: 28, 'text-anchor': 'middle' }, is))
  })
}

function drawPattern(root, id, colour, turn) {
  var pattern = make('pattern', { id: id, width: 5, height: 5, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(' + turn + ')' })
  pattern.appendChild(make('rect', { width: 2.2, height: 5, fill: 'var(' + colour + ')' }))
  root.appendChild(pattern)
}

/* The more a thing has to say, the sooner it gets a label. */
function weight(arrow) {
  return arrow.isNamed || arrow.fate !== 'delivered' ? 0 : arrow.group === 'vote' || arrow.group === 'snapshot' ? 1 : arrow.group === 'heartbeat' ? 3 : 2
}

function rank(mark) { return (mark.isNamed ? 0 : 2) + (mark.kind === 'applied' ? 0 : 1) }

function draw() {
  var height = scroll.clientHeight
  var first = timeAt(HEAD - 20), last = timeAt(height + 20)
  var inView = function (shape) { return shape.at <= last && (shape.until === undefined ? shape.at : Math.max(shape.until, shape.at + 3)) >= first && isShown(shape) }
  var root = document.createDocumentFragment()
  var defs = make('defs', {})
  drawPattern(defs, 'hatch', '--fault', 45)
  drawPattern(defs, 'stripes', '--candidate', -45)
  root.appendChild(defs)
  taken = {}
  drawGrid(root, height)
  scene.spans.filter(inView).forEach(function (span) { drawSpan(root, span, height) })
  var marks = scene.marks.filter(inView)
  var arrows = scene.arrows.filter(inView).sort(function (one, other) { return weight(one) - weight(other) || one.at - other.at })
  var over = document.createDocumentFragment()
  var keys = marks.filter(function (mark) { return mark.isKey })
  keys.sort(function (one, other) { return rank(one) - rank(other) || one.at - other.at }).forEach(function (mark) { drawMark(over, mark) })
  arrows.slice(0, MOST_ARROWS).forEach(function (arrow) { drawArrow(root, arrow) })
  marks.filter(function (mark) { return !mark.isKey }).forEach(function (mark) { drawMark(over, mark) })
  root.appendChild(over)
  drawEnd(root)
  drawHead(root)
  chart.setAttribute('width', String(wide))
  chart.setAttribute('height', String(height))
  chart.replaceChildren(root)
  document.getElementById('left-out').textContent = arrows.length > MOST_ARROWS ? (arrows.length - MOST_ARROWS) + ' arrows are not drawn: zoom in' : ''
  drawMap(height, first, last)
}

/* The whole run in little: who led when, faults, the end, and what is in view. */
function drawMap(height, first, last) {
  var root = document.createDocumentFragment()
  var y = function (at) { return (at / Math.max(1, scene.endsAt)) * (height - 6) + 3 }
  scene.spans.forEach(function (span) {
    if (span.slot === 'role' && span.kind === 'leader')
      root.appendChild(make('rect', { class: 'leader', x: 3, y: y(span.at), width: 6, height: Math.max(1, y(span.until) - y(span.at)) }))
  })
  scene.marks.forEach(function (mark) {
    if (mark.kind === 'fault') root.appendChild(make('rect', { class: 'strike', x: 12, y: y(mark.at), width: 8, height: 1.5 }))
  })
  if (scene.failure !== undefined) root.appendChild(make('line', { class: 'wall', x1: 0, x2: 26, y1: y(scene.endsAt), y2: y(scene.endsAt) }))
  root.appendChild(make('rect', { class: 'halo', x: 1, y: y(clamp(first, 0, scene.endsAt)), width: 23, height: Math.max(4, y(clamp(last, 0, scene.endsAt)) - y(clamp(first, 0, scene.endsAt))) }))
  map.setAttribute('height', String(height))
  map.replaceChildren(root)
}
`
