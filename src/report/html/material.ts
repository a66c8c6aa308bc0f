/** What all parts of the page are made of, and what several of them show. */
import type { Verdict } from '../../../schemas/types.ts';
import type { Evidence, History } from '../../history/evidence.ts';
import type { Register } from '../../history/register.ts';
import { viewOf } from '../../history/view.ts';
import { caseFile } from '../counterexample.ts';
import { quoted } from '../curl.ts';
import { excerpt } from '../plain.ts';
import { shown, type Shown, type Standing } from '../standing.ts';
import { html, jsonBlock, verbatim, type Content, type Markup } from './markup.ts';
import { timelineOf, type MadeTimelines, type Timeline } from './timeline.ts';

/** Characters that the data of all timelines may take. */
const TIMELINES_ROOM = 2_200_000;

/** Ids in a row that are shown. */
export const MOST_IDS = 30;

export const STANDINGS: Readonly<Record<Standing, { readonly mark: string; readonly word: string }>> = {
  failed: { mark: '✗', word: 'failed' },
  waived: { mark: '~', word: 'waived' },
  warned: { mark: '!', word: 'warned' },
  'not-exercised': { mark: '?', word: 'not exercised' },
  passed: { mark: '✓', word: 'passed' },
  noted: { mark: 'i', word: 'noted' },
  'not-applicable': { mark: '–', word: 'not applicable' },
};

export interface Material {
  readonly verdict: Verdict;
  readonly register: Register;
  readonly evidence: Evidence;
  readonly all: readonly Shown[];
  readonly histories: ReadonlyMap<string, History>;
  readonly timelines: Timelines;
}

export function materialOf(verdict: Verdict, register: Register, evidence: Evidence, made: MadeTimelines): Material {
  return {
    verdict,
    register,
    evidence,
    all: shown(verdict, register),
    histories: new Map(evidence.histories.map((history) => [history.scenario, history])),
    timelines: timelinesOf(verdict, evidence, made),
  };
}

export interface Timelines {
  /** Places in the block, by scenario. */
  readonly places: ReadonlyMap<string, number>;
  /** Those of broken scenarios, which stand first in the block. */
  readonly ofBroken: readonly Timeline[];
  /** All of them, as JSON. */
  readonly block: Markup;
}

/** Those of broken scenarios first: what has no room is left out. */
function timelinesOf({ clauses }: Verdict, { histories }: Evidence, made: ReadonlyMap<History, Timeline>): Timelines {
  const broken = new Set(clauses.flatMap(({ findings }) => findings.map(({ scenario }) => scenario)));
  const isBroken = ({ scenario }: History): boolean => broken.has(scenario);
  const places = new Map<string, number>();
  const ofBroken: Timeline[] = [];
  const blocks: string[] = [];
  let room = TIMELINES_ROOM;
  for (const history of [...histories.filter(isBroken), ...histories.filter((one) => !isBroken(one))]) {
    const timeline = made.get(history) ?? timelineOf(viewOf(history));
    if (timeline.calls.length === 0) continue;
    const block = jsonBlock(timeline).text;
    room -= block.length;
    if (room < 0) break;
    places.set(history.scenario, blocks.push(block) - 1);
    if (isBroken(history)) ofBroken.push(timeline);
  }
  return { places, ofBroken, block: verbatim(`[${blocks.join(',\n')}]`) };
}

export function badge(standing: Standing): Markup {
  const { mark, word } = STANDINGS[standing];
  return html`<span class="badge ${standing}">${mark} ${word}</span>`;
}

export function scenarioLink(scenario: string, { histories }: Pick<Material, 'histories'>): Markup {
  const name = html`<code>${excerpt(scenario, 100)}</code>`;
  return histories.has(scenario) ? html`<a href="#s-${idOf(scenario)}">${name}</a>` : name;
}

export function idOf(scenario: string): string {
  return excerpt(scenario, 100).replace(/[^A-Za-z0-9/_.-]/g, '_');
}

/** The command that tries the same once more. */
export function replay(scenario: string, { verdict, evidence }: Pick<Material, 'verdict' | 'evidence'>): string {
  const { endpoint, clock, profile, seed, insecure } = verdict;
  const on = [
    ...(endpoint === 'embedded'
      ? []
      : [`--endpoint ${quoted(endpoint)}`, `--project ${quoted(evidence.header.project)}`]),
    ...(endpoint !== 'embedded' && clock === 'controlled' ? ['--clock-url "$DMS_CLOCK_URL"'] : []),
    ...(insecure === true ? ['--insecure'] : []),
    ...(profile === 'gate' ? [] : [`--profile ${profile}`]),
  ];
  const found = verdict.counterexamples.find(
    (one) => scenario === one.scenario || scenario.startsWith(`${one.scenario}/`),
  );
  if (found !== undefined) return ['npx dms-conformance replay', caseFile(found), ...on].join(' ');
  const programs = scenario.startsWith('programs/') ? [`--programs ${verdict.programs?.count ?? 0}`] : [];
  return ['npx dms-conformance run', ...on, `--only ${quoted(scenario)}`, `--seed ${seed}`, ...programs].join(' ');
}

export function more(number: number, noun?: string): Content {
  return number > 0
    ? html`<span class="muted">+${number} more${noun === undefined ? '' : ` ${noun}${number === 1 ? '' : 's'}`}</span>`
    : undefined;
}

/** A picture that the script draws once it is open. */
export function timelinePlace(place: number, marked: readonly number[] = []): Markup {
  return html`<div data-timeline="${place}" data-marked="${marked.join(' ')}"></div>`;
}

/** The pattern of what is in its grace; every picture uses this one. */
export const HATCHED = verbatim(
  '<svg width="0" height="0" aria-hidden="true"><defs><pattern id="hatched" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch" width="1.4" height="4"/></pattern></defs></svg>',
);

export const LEGEND = verbatim(
  `<ul class="legend">${[
    ['<rect class="consume" x="1" y="2" width="22" height="12"/>', 'consume, from sent to received'],
    ['<polygon class="acknowledge" points="1,8 5,1 19,1 23,8 19,15 5,15"/>', 'acknowledgement'],
    ['<rect class="other" x="1" y="2" width="22" height="12"/>', 'other request'],
    ['<rect class="sure" x="0" y="5" width="24" height="7"/>', 'lease, until ack_wait'],
    ['<rect class="may" x="0" y="5" width="24" height="7"/>', 'it may still last'],
    ['<rect class="grace" x="0" y="5" width="24" height="7"/>', 'grace'],
    ['<g class="return"><path d="M1 14C6 0 18 0 22 12"/></g>', 'came back'],
    ['<text x="0" y="12">1–3</text>', 'dead letters that came'],
    ['<text x="8" y="12">∅</text>', 'none came'],
    ['<text x="0" y="12">✓2✗1</text>', 'counted as success and fail'],
    ['<g class="hit"><rect class="consume" x="2" y="3" width="20" height="10"/></g>', 'a finding rests on it'],
  ]
    .map(
      ([shape, word]) =>
        `<li><svg class="timeline" width="26" height="16" aria-hidden="true">${shape}</svg>${word}</li>`,
    )
    .join('')}</ul>`,
);
