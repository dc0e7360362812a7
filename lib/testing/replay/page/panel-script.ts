/** Of the page's own script: what is told of what was picked, and what led to the end. */
export const PANEL_SCRIPT = String.raw`
var MOST_TOLD = 40

function tag(name, text, className) {
  var element = document.createElement(name)
  if (text !== undefined) element.textContent = text
  if (className !== undefined) element.className = className
  return element
}

function shown(value) {
  if (value === undefined || value === null) return '–'
  if (Array.isArray(value)) return value.map(shown).join('\n') || 'none'
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}

function millis(at) { return at.toFixed(1) + ' ms' }

function table(fields) {
  var body = tag('table')
  Object.keys(fields).forEach(function (name) {
    var row = tag('tr')
    row.appendChild(tag('th', name))
    row.appendChild(tag('td', shown(fields[name])))
    body.appendChild(row)
  })
  return body
}

/* What the events say besides what is said already. */
function fieldsOf(event) {
  var fields = {}
  Object.keys(event).forEach(function (name) {
    if (['at', 'type', 'from', 'to', 'number', 'member', 'message', 'event', 'step'].indexOf(name) < 0) fields[name] = event[name]
  })
  Object.assign(fields, event.event, event.message)
  delete fields.group
  return fields
}

function standingOf(member, at, when) {
  var known = knownAt(member, at)
  if (known === undefined) return
  var standing = known.standing || {}, log = known.log || {}, ballot = known.ballot || {}
  panel.appendChild(tag('h3', member + ', ' + when))
  panel.appendChild(table(known.standing === undefined ? { life: known.life, role: 'down' } : {
    life: known.life, role: standing.role, term: standing.term, leader: standing.leader, vote: standing.vote,
    'log': log.base + 1 > log.last ? 'empty after ' + log.base : (log.base + 1) + ' to ' + log.last + ' (of term ' + log.lastTerm + ')',
    'on disk to': log.durable, committed: log.committed, applied: log.applied, snapshot: log.snapshot,
    'term on disk': ballot.term, 'vote on disk': ballot.vote,
  }))
}

function tellThing(it) {
  var back = tag('button', '← What led to the end')
  back.addEventListener('click', function () { pick(null) })
  panel.appendChild(back)
  panel.appendChild(tag('h2', it.text)).style.marginTop = '10px'
  var where = it.from === undefined ? it.lane : it.from + ' → ' + it.to + ', ' + it.fate
  var lasted = it.until === undefined || it.until === it.at ? '' : ', until ' + millis(it.until)
  panel.appendChild(tag('div', where + ', at ' + millis(it.at) + lasted, 'hint'))
  it.events.forEach(function (place) {
    var event = events[place]
    panel.appendChild(tag('h3', event.type + ' at ' + millis(event.at) + ', step ' + event.step))
    panel.appendChild(table(fieldsOf(event)))
  })
  if (it.from === undefined) standingOf(it.lane, it.at, 'then')
  else {
    standingOf(it.from, it.at, 'then')
    standingOf(it.to, it.until, it.fate === 'delivered' || it.fate === 'injected' ? 'when it arrived' : 'at its end')
  }
}

/* What is sent again and again without arriving is told once. */
var sentBefore = {}
function isFirst(arrow) {
  var said = [arrow.from, arrow.to, arrow.text, arrow.fate].join(' ')
  var isNew = arrow.fate === 'delivered' || sentBefore[said] === undefined
  sentBefore[said] = true
  return isNew
}

/* The shortest telling: faults, lives, leaders, snapshots, and what the failure names. */
function storyOf() {
  var blamed = scene.spans.filter(function (span) {
    return span.lane === 'clients' && scene.blamed.asked.some(function (at) { return Math.abs(at - span.at) < 1e-6 })
  })
  var parts = scene.marks.filter(function (mark) { return mark.isKey }).concat(blamed.map(function (span) {
    return Object.assign(Object.create(span), { isNamed: true, of: span })
  }))
  var named = scene.arrows.filter(function (arrow) { return arrow.isNamed && isFirst(arrow) }).map(function (arrow) {
    return { at: arrow.at, events: arrow.events, lane: arrow.from + ' → ' + arrow.to, text: arrow.text + (arrow.fate === 'delivered' ? '' : ', ' + arrow.fate), isNamed: true, of: arrow }
  })
  return parts.concat(named).sort(function (one, other) { return one.at - other.at || one.events[0] - other.events[0] })
}
var story = storyOf()
var isAllTold = false

function tellStory() {
  var told = story.filter(function (part, at) { return isAllTold || part.isNamed || at >= story.length - MOST_TOLD })
  panel.appendChild(tag('h2', scene.failure === undefined ? 'What happened, in short' : 'What led to the end'))
  if (told.length < story.length) {
    var all = tag('button', 'and ' + (story.length - told.length) + ' before')
    all.addEventListener('click', function () { isAllTold = true; tell() })
    panel.appendChild(all)
  }
  var list = panel.appendChild(tag('ol', undefined, 'story'))
  var item = function (at, lane, text, className, act) {
    var button = list.appendChild(tag('li')).appendChild(tag('button', undefined, className))
    button.appendChild(tag('span', millis(at), 'time'))
    button.appendChild(tag('span', lane))
    button.appendChild(tag('span', text))
    button.addEventListener('click', act)
  }
  told.forEach(function (part) {
    item(part.at, part.lane, part.text, part.isNamed ? 'named' : part.lane === 'faults' ? 'fault' : '', function () {
      show(part.at)
      pick(part.of || part)
    })
  })
  if (scene.failure !== undefined) item(scene.endsAt, '', scene.failure.split('\n')[0], 'end', showEnd)
}

function tell() {
  panel.replaceChildren()
  if (picked === null) tellStory()
  else tellThing(picked)
}

function pick(it) {
  picked = it
  tell()
  draw()
}
`
