/** Dark or light as the reader's system is; colours are chosen to be told apart, and never the only sign. */
export const STYLE = `
:root { color-scheme: light dark;
  --back: #fbfaf7; --raised: #ffffff; --line: #dcd8cf; --text: #20262e; --soft: #68707c;
  --leader: #2d7a4d; --candidate: #c07f12; --follower: #93a0b0; --learner: #8a76b8; --down: #a9a49a;
  --append: #2f6aa8; --vote: #a9571d; --snapshot: #6c4da3; --forward: #3b7d72; --client: #80796c;
  --heartbeat: #b9b4aa; --wrong: #b3261e; --wrong-back: #fbeae8; --fault: #8a5a00; --picked: #ffe9a8; }
@media (prefers-color-scheme: dark) { :root {
  --back: #171a1f; --raised: #1f242b; --line: #353c46; --text: #e3e6ea; --soft: #99a2ae;
  --leader: #5cb783; --candidate: #e0a840; --follower: #76849a; --learner: #a896d8; --down: #5f646c;
  --append: #76aee8; --vote: #e39a5e; --snapshot: #b198e6; --forward: #6fc0b2; --client: #a59d8d;
  --heartbeat: #50565f; --wrong: #ff8a80; --wrong-back: #3a2221; --fault: #e0b355; --picked: #5a4a12; } }
* { box-sizing: border-box; }
html, body { margin: 0; height: 100%; }
body { display: flex; flex-direction: column; background: var(--back); color: var(--text);
  font: 14px/1.45 system-ui, sans-serif; }
header { padding: 10px 16px 8px; border-bottom: 1px solid var(--line); background: var(--raised); }
h1 { font-size: 15px; font-weight: 600; margin: 0 0 6px; }
h2 { font-size: 14px; margin: 0 0 8px; }
h3 { font-size: 12px; margin: 14px 0 4px; color: var(--soft); font-weight: 600; }
.failure { background: var(--wrong-back); border-left: 4px solid var(--wrong); padding: 6px 10px; margin: 0 0 8px; }
.failure summary { cursor: pointer; font-weight: 600; overflow-wrap: anywhere; }
.failure pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 6px 0 0; font-size: 12px; }
.bar { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; font-size: 12px; color: var(--soft); }
.bar label { display: inline-flex; gap: 4px; align-items: center; color: var(--text); cursor: pointer; }
.bar input { margin: 0; }
.bar span.set { display: inline-flex; gap: 4px 10px; flex-wrap: wrap; align-items: center; }
button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--line); border-radius: 5px;
  padding: 1px 8px; cursor: pointer; }
button:hover, .story button:hover { border-color: var(--soft); }
:focus-visible { outline: 2px solid var(--append); outline-offset: 1px; }
main { flex: 1; display: flex; min-height: 0; }
#map { width: 26px; flex: none; border-right: 1px solid var(--line); cursor: pointer; }
#scroll { flex: 1; overflow: auto; position: relative; min-width: 0; }
#chart { position: sticky; top: 0; left: 0; display: block; }
aside { width: 370px; flex: none; overflow: auto; border-left: 1px solid var(--line); background: var(--raised);
  padding: 12px 14px; font-size: 13px; }
@media (max-width: 900px) { aside { width: 260px; } }
table { border-collapse: collapse; width: 100%; font-size: 12px; }
th { width: 96px; text-align: left; font-weight: 400; color: var(--soft); vertical-align: top; padding: 1px 8px 1px 0;
  white-space: nowrap; }
td { padding: 1px 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; white-space: pre-wrap; }
.story { list-style: none; margin: 0; padding: 0; }
.story button { display: grid; grid-template-columns: 76px 62px 1fr; gap: 6px; width: 100%; text-align: left;
  border-color: transparent; background: none; padding: 2px 4px; font-size: 12px; overflow-wrap: anywhere; }
.story .time { color: var(--soft); font-variant-numeric: tabular-nums; text-align: right; }
.story .named { background: var(--picked); }
.story .end { color: var(--wrong); font-weight: 600; }
.story .fault { color: var(--fault); }
.hint { color: var(--soft); font-size: 12px; }
kbd { font: 11px ui-monospace, monospace; border: 1px solid var(--line); border-radius: 3px; padding: 0 3px; }
svg { font: 11px system-ui, sans-serif; fill: var(--text); }
svg .axis { fill: var(--soft); font-size: 10px; font-variant-numeric: tabular-nums; }
svg .grid { stroke: var(--line); stroke-width: 1; opacity: .55; }
svg .label { paint-order: stroke; stroke: var(--back); stroke-width: 3px; stroke-linejoin: round; pointer-events: none; }
svg .soft { fill: var(--soft); }
svg .head { fill: var(--raised); stroke: var(--line); }
svg .name { font-weight: 600; font-size: 13px; }
svg .thing { cursor: pointer; }
svg .hit { stroke: transparent; stroke-width: 11; fill: none; }
svg .thing:hover .ink { stroke-width: 2.6; }
svg .told .ink { stroke-width: 2.6; } svg .picked .ink { stroke-width: 3.4; }
svg .halo { fill: none; stroke: var(--candidate); stroke-width: 2; }
svg .append { --ink: var(--append); } svg .vote { --ink: var(--vote); } svg .snapshot { --ink: var(--snapshot); }
svg .forward { --ink: var(--forward); } svg .client { --ink: var(--client); } svg .heartbeat { --ink: var(--heartbeat); }
svg .ink { stroke: var(--ink); stroke-width: 1.4; fill: none; }
svg .tip { fill: var(--ink); stroke: none; }
svg .said { fill: var(--ink); font-size: 10.5px; }
svg .vote .ink { stroke-dasharray: 7 3; } svg .snapshot .ink { stroke-dasharray: 10 3 2 3; }
svg .forward .ink { stroke-dasharray: 3 3; } svg .client .ink { stroke-dasharray: 1.5 3; }
svg .heartbeat .ink { stroke-width: 1; }
svg .cross { stroke: var(--wrong); stroke-width: 2; fill: none; }
svg .fate { fill: var(--wrong); font-size: 10px; }
svg .leader { fill: var(--leader); } svg .candidate { fill: url(#stripes); stroke: var(--candidate); }
svg .follower { fill: var(--follower); } svg .learner { fill: var(--back); stroke: var(--learner); stroke-dasharray: 3 2; }
svg .starting, svg .down { fill: none; stroke: var(--down); stroke-dasharray: 2 4; stroke-width: 1.5; }
svg .band { fill: url(#hatch); stroke: var(--fault); stroke-width: .7; }
svg .done { fill: var(--client); } svg .unknown { fill: url(#stripes); stroke: var(--candidate); }
svg .rejected, svg .not { fill: var(--back); stroke: var(--client); stroke-dasharray: 2 2; }
svg .blamed { stroke: var(--wrong); stroke-width: 2.5; }
svg .mark { fill: var(--back); stroke: var(--text); stroke-width: 1.4; }
svg .bad { stroke: var(--wrong); } svg .good { stroke: var(--leader); } svg .quiet { stroke: var(--soft); }
svg .strike { fill: var(--fault); stroke: none; } svg .struck { fill: var(--fault); }
svg .named { stroke: var(--wrong); stroke-width: 2.4; }
svg .wall { stroke: var(--wrong); stroke-width: 2; } svg .verdict { fill: var(--wrong); font-weight: 600; font-size: 12px; }
`
