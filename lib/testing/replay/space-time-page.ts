import { CONTROL_SCRIPT } from './page/control-script.js'
import { DRAW_SCRIPT } from './page/draw-script.js'
import { LEGEND } from './page/legend.js'
import { PANEL_SCRIPT } from './page/panel-script.js'
import { STYLE } from './page/style.js'
import { VIEW_SCRIPT } from './page/view-script.js'
import { sceneOf } from './scene/scene.js'
import { GROUPS } from './scene/shapes.js'
import type { TraceEvent } from './trace-event.js'

const SCRIPT = [VIEW_SCRIPT, DRAW_SCRIPT, PANEL_SCRIPT, CONTROL_SCRIPT].join('')

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it stands in HTML, between tags or in quotes. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, character => ENTITIES[character] ?? '')

/** JSON as it stands in a script element: nothing in it ends the element, and nothing is a line's end to JavaScript. */
const embedded = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const failureBox = (failure: string | undefined): string => {
  if (failure === undefined) return '<p class="hint">Nothing was found wrong.</p>'
  const [first = '', ...rest] = failure.split('\n')
  return `<details class="failure"><summary>${escaped(first)}</summary><pre>${escaped(rest.join('\n'))}</pre></details>`
}

/**
 * Draws a run as a space-time diagram: a page of HTML that needs nothing else, from the file system too. Time runs
 * downward, each member has a lane, messages are arrows. It opens where the run has failed.
 *
 * @param title - in a line: what was run, and how it is run again.
 * @param events - of one run, from its beginning, as `observe` was told of them.
 */
export function spaceTimePage(title: string, events: readonly TraceEvent[]): string {
  const scene = sceneOf(events)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
${failureBox(scene.failure)}
<div class="bar"><span class="set" id="groups">Show </span><span class="set" id="lanes">Lanes </span></div>
<div class="bar" style="margin-top:6px">
<span class="set"><button id="closer" title="zoom in (+)">+</button><button id="farther" title="zoom out (-)">−</button><button id="all" title="the whole run (0)">all</button><button id="end" title="the end (e)">end</button></span>
<span class="set" id="ways"></span><span>${LEGEND}</span><span id="left-out"></span>
</div>
</header>
<main>
<svg id="map" role="img" aria-label="The whole run"></svg>
<div id="scroll" tabindex="0"><div id="space"><svg id="chart" role="img" aria-label="What happened, downward in time"></svg></div></div>
<aside id="panel" aria-live="polite"></aside>
</main>
<script type="application/json" id="data">${embedded({ scene, events, groups: GROUPS })}</script>
<script>(function () {
'use strict'
${SCRIPT}})()
</script>
</body>
</html>
`
}
