/**
 * A verdict as one page that needs nothing else: no network, no file beside it, and no script but its own. Whoever opens it
 * sees first what the verdict is and why, then what failed, then everything.
 */
import { createHash } from 'node:crypto';
import type { Verdict } from '../../../schemas/types.ts';
import type { Evidence } from '../../history/evidence.ts';
import type { Register } from '../../history/register.ts';
import { excerpt } from '../plain.ts';
import { headline } from '../words.ts';
import { chapters } from './clauses.ts';
import { CLIENT } from './client.ts';
import { failures, gaps, head, tools, waivers } from './head.ts';
import { html, verbatim } from './markup.ts';
import { HATCHED, materialOf } from './material.ts';
import { counterexamples, programs, scenarios, undeleted } from './scenarios.ts';
import { STYLE } from './style.ts';
import type { MadeTimelines } from './timeline.ts';

export function page(
  verdict: Verdict,
  register: Register,
  evidence: Evidence,
  timelines: MadeTimelines = new Map(),
): string {
  const material = materialOf(verdict, register, evidence, timelines);
  const whole = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${policy()}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${headline(verdict)}: ${excerpt(verdict.endpoint, 100)}</title>
      ${STYLE_ELEMENT}
    </head>
    <body>
      <a class="skip" href="#clauses">to the clauses</a>
      ${HATCHED} ${head(material)} ${tools(material)}
      <main>
        ${failures(material)} ${waivers(verdict)} ${gaps(material)} ${counterexamples(material)} ${chapters(material)}
        ${scenarios(material)} ${programs(verdict)} ${undeleted(verdict)}
      </main>
      <script type="application/json" id="timelines">
        ${material.timelines.block}
      </script>
      ${CLIENT_ELEMENT}
    </body>
  </html>`;
  return `<!doctype html>\n${whole.text}\n`;
}

// A digest is of every character between the tags, so nothing may lay these out.
const STYLE_ELEMENT = verbatim(`<style>${STYLE}</style>`);
const CLIENT_ELEMENT = verbatim(`<script>${CLIENT}</script>`);

/** Nothing may be loaded or sent, and of script and style only what stands here counts, even if an endpoint's text became markup. */
function policy(): string {
  const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return `default-src 'none'; script-src ${digest(CLIENT)}; style-src ${digest(STYLE)}; base-uri 'none'; form-action 'none'`;
}
