/** How report.html looks: in light and dark, on a phone, and on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f4f6f8; --line: #d0d7de; --text: #1b1f24; --muted: #545d68; --link: #0b57b0;
  --good: #116329; --bad: #b3201b; --warn: #7a4b00; --note: #0b57b0; --open: #6a3fa0;
  --good-back: #e3f4e7; --bad-back: #fde8e6; --warn-back: #fdf0d5; --note-back: #e6f0fb; --open-back: #f1e9fa;
  --consume: #1769c4; --acknowledge: #1c7c3c; --other: #6b7480; --sure: #9cc3ee; --may: #d6e6f8; --grace: #a9b4c0; --hit: #b3201b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --panel: #1d2228; --line: #39424c; --text: #e8eaed; --muted: #a6afb9; --link: #82b7f5;
    --good: #76d192; --bad: #ff9990; --warn: #f2bd5c; --note: #82b7f5; --open: #c9a6f2;
    --good-back: #16301f; --bad-back: #421b1a; --warn-back: #38290c; --note-back: #14293f; --open-back: #2d2140;
    --consume: #63a8f2; --acknowledge: #62c983; --other: #a6afb9; --sure: #28517d; --may: #1f3347; --grace: #66717d; --hit: #ff8177;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 7rem; -webkit-text-size-adjust: 100%; }
body > svg { position: absolute; }
body { margin: 0 auto; max-width: 76rem; padding: 0 1rem 4rem; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
code, pre, .mono { font: 0.92em/1.45 ui-monospace, Menlo, Consolas, monospace; unicode-bidi: isolate; }
pre { margin: 0.3rem 0; padding: 0.5rem 0.7rem; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; }
a { color: var(--link); }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; text-transform: uppercase; letter-spacing: 0.02em; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.25rem; }
h3 { margin: 1.2rem 0 0.3rem; font-size: 1.05rem; }
h4 { margin: 0.8rem 0 0.2rem; font-size: 0.95rem; }
p { margin: 0.3rem 0; }
ul, ol { margin: 0.3rem 0; padding-left: 1.4rem; }
table { border-collapse: collapse; }
th { white-space: nowrap; }
th, td { padding: 0.2rem 0.8rem 0.2rem 0; text-align: left; vertical-align: top; }
button, input { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 6px; padding: 0.25rem 0.6rem; }
button { cursor: pointer; }
button[aria-pressed='true'] { background: var(--text); color: var(--page); border-color: var(--text); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
summary { cursor: pointer; }
[hidden] { display: none !important; }
html:not(.scripted) .needs-script { display: none; }
.muted { color: var(--muted); }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--page); z-index: 9; padding: 0.4rem; }

.verdict { margin: 1rem 0; padding: 1rem 1.2rem; border: 1px solid; border-left-width: 8px; border-radius: 8px; }
.verdict.good { color: var(--good); background: var(--good-back); }
.verdict.bad { color: var(--bad); background: var(--bad-back); }
.verdict.doubtful { color: var(--warn); background: var(--warn-back); }
.verdict > :not(h1) { color: var(--text); }
.verdict ul { font-weight: 600; }
.banner { font-weight: 700; border: 2px solid var(--bad); padding: 0.4rem 0.7rem; border-radius: 6px; }
dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 0.15rem 1.5rem; margin: 0.5rem 0; }
dl.facts div { display: flex; gap: 0.6rem; }
dt { color: var(--muted); min-width: 5.5rem; }
dd { margin: 0; min-width: 0; }

.tools { position: sticky; top: 0; z-index: 2; background: var(--page); border-bottom: 1px solid var(--line); padding: 0.5rem 0; display: flex; flex-wrap: wrap; gap: 0.35rem 0.4rem; align-items: center; }
.tools, .tools button, .tools input { font-size: 0.9rem; }
.tools input { flex: 1 1 9rem; min-width: 0; }
#shown { flex-basis: 100%; }
.gap { width: 0.5rem; }

.badge { display: inline-block; white-space: nowrap; font-weight: 600; font-size: 0.82rem; padding: 0.05rem 0.5rem; border-radius: 99px; }
.badge.passed { color: var(--good); background: var(--good-back); }
.badge.failed { color: var(--bad); background: var(--bad-back); }
.badge:is(.warned, .waived) { color: var(--warn); background: var(--warn-back); }
.badge.noted { color: var(--note); background: var(--note-back); }
.badge.not-exercised { color: var(--open); background: var(--open-back); }
.badge.not-applicable { color: var(--muted); background: var(--panel); }

.row { border-top: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 2.6rem; }
.row[open] { content-visibility: visible; padding-bottom: 0.8rem; }
.row > summary { display: grid; grid-template-columns: 8.2rem minmax(0, 1fr) auto; gap: 0 0.6rem; padding: 0.4rem 0.2rem; align-items: baseline; list-style: none; }
.row > summary::-webkit-details-marker { display: none; }
.row > summary:hover { background: var(--panel); }
.row > summary .level { font-size: 0.82rem; color: var(--muted); margin-left: 0.4rem; }
.row > summary .number { font-size: 0.85rem; color: var(--muted); white-space: nowrap; }
.row > summary .number::after { content: ' ▸'; }
.row[open] > summary .number::after { content: ' ▾'; }
.row > .inside { padding: 0 0.2rem 0 0.6rem; border-left: 3px solid var(--line); margin-left: 0.2rem; }
.row:target { outline: 2px solid var(--link); }
.said { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: 0 0.5rem; margin: 0.3rem 0; }
.said .observed { font-weight: 600; color: var(--bad); }
.finding:is(.warned, .waived) .observed { color: var(--warn); }
summary > h2 { display: inline; }
#scenarios { margin-top: 2rem; }
.finding { margin: 0.6rem 0 1.2rem; padding: 0.6rem 0.8rem; border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 6px; }
.finding:is(.warned, .waived) { border-left-color: var(--warn); }
.exchange { margin: 0.25rem 0; }
.exchange > summary { padding: 0.1rem 0; }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 1rem; }
.counterexample { margin: 0.5rem 0; padding: 0.4rem 0.8rem; border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 6px; }
.command { display: flex; gap: 0.5rem; align-items: start; }
.command pre { flex: 1; min-width: 0; }
.command button { margin-top: 0.3rem; }
.headers { color: var(--muted); }
.ruling { margin: 0.3rem 0; padding-left: 0.8rem; border-left: 3px solid var(--line); }

.scroll { overflow-x: auto; margin: 0.5rem 0 0.2rem; border: 1px solid var(--line); border-radius: 6px; background: var(--page); }
svg.timeline { display: block; font: 10.5px ui-monospace, Menlo, Consolas, monospace; }
svg text { fill: var(--text); }
svg .lane { text-anchor: end; font-size: 11px; }
svg .even { fill: var(--panel); }
svg .odd { fill: none; }
svg rect.consume { fill: var(--consume); rx: 2px; }
svg polygon.acknowledge { fill: var(--acknowledge); }
svg rect.other { fill: var(--page); stroke: var(--other); stroke-dasharray: 2 2; }
svg rect.arranging { fill: var(--other); }
svg .sure { fill: var(--sure); }
svg .may { fill: var(--may); stroke: var(--sure); stroke-width: 0.7px; }
svg .hatch { fill: var(--grace); }
svg .grace { fill: url(#hatched); stroke: var(--grace); stroke-width: 0.7px; }
svg .hit rect, svg .hit polygon { stroke: var(--hit); stroke-width: 2.5px; }
svg .hit text { fill: var(--hit); font-weight: 700; }
svg .guide { stroke: var(--hit); stroke-dasharray: 3 3; stroke-width: 1px; opacity: 0.6; }
svg .return path { fill: none; stroke: var(--muted); stroke-width: 1.2px; }
svg .return .head { fill: var(--muted); stroke: none; }
svg .early path { fill: none; stroke: var(--hit); stroke-width: 2px; }
svg .early .head { fill: var(--hit); }
svg text.early { fill: var(--hit); font-weight: 700; font-size: 12px; paint-order: stroke; stroke: var(--page); stroke-width: 4px; }
svg text.ending { text-anchor: end; }
svg .axis line { stroke: var(--muted); }
svg .tick { text-anchor: middle; fill: var(--muted); }
svg .cut { fill: var(--page); stroke: var(--line); stroke-dasharray: 1 3; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; font-size: 0.85rem; color: var(--muted); list-style: none; padding: 0; }
.legend svg.timeline { display: inline-block; }
.legend svg { vertical-align: middle; margin-right: 0.35rem; }
.calls { font-size: 0.9rem; }
.calls ol { list-style: none; padding-left: 0.5rem; font: 0.92em/1.5 ui-monospace, Menlo, Consolas, monospace; }
.calls li { padding-left: 9rem; text-indent: -9rem; }
.calls li > span { display: inline-block; min-width: 9rem; text-indent: 0; color: var(--muted); }
.calls li.hit { font-weight: 700; color: var(--bad); }

@media (max-width: 40rem) {
  body { padding: 0 0.7rem 3rem; font-size: 16px; }
  h1 { font-size: 1.5rem; }
  html { scroll-padding-top: 1rem; }
  .tools { position: static; }
  .tools input { flex-basis: 100%; }
  .row > summary { grid-template-columns: minmax(0, 1fr) auto; }
  .row > summary .what { grid-column: 1 / -1; grid-row: 2; }
  .said { grid-template-columns: minmax(0, 1fr); }
  .said dt { margin-top: 0.2rem; }
  .calls li { padding-left: 1rem; text-indent: -1rem; }
  .calls li > span { min-width: 0; margin-right: 0.5rem; }
  button { padding: 0.4rem 0.7rem; }
}
@media print {
  :root { --page: #fff; --panel: #f4f6f8; --text: #000; --muted: #444; }
  body { max-width: none; font-size: 10pt; padding: 0; }
  .tools, .needs-script, .skip { display: none !important; }
  .row { content-visibility: visible; break-inside: auto; }
  .row > summary, .finding > h4, .said { break-inside: avoid; }
  :is([data-standing='failed'], [data-standing='warned']):not([data-kind='scenario']), :is([data-standing='failed'], [data-standing='warned']):not([data-kind='scenario']) .exchange { &::details-content { content-visibility: visible; } }
  svg text.early { stroke: none; }
  .scroll { overflow: hidden; }
  .scroll svg { max-width: 100%; height: auto; }
}
`;
