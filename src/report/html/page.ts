/**
 * A verdict as one page that needs nothing else: no network, no file beside it, and no script but its own. Whoever opens it
 * sees first what the verdict is and why, then what failed, then everything.
 */
import { createHash } from 'node:crypto';
import type { BrokenFinding, ScenarioVerdict, Verdict } from '../../../schemas/types.ts';
import type { Evidence, History } from '../../history/evidence.ts';
import type { Register } from '../../history/register.ts';
import { viewOf } from '../../history/view.ts';
import { caseFile, counterexampleText } from '../counterexample.ts';
import { quoted } from '../curl.ts';
import { excerpt } from '../plain.ts';
import { byReason, shown, type Shown, type Standing } from '../standing.ts';
import { SELF_TEST } from '../terminal.ts';
import { brokenCount, count, duration, EXIT_MEANINGS, INSECURE, placesOf, shortDigest } from '../words.ts';
import { CLIENT } from './client.ts';
import { drawTimeline } from './draw.ts';
import { command, exchangeOf } from './exchanges.ts';
import { html, jsonBlock, verbatim, type Content, type Markup } from './markup.ts';
import { STYLE } from './style.ts';
import { timelineOf, type Timeline } from './timeline.ts';

/** Findings of one clause that are shown with all that belongs to them, and that are only named. */
const MOST_FINDINGS = 3;
const MOST_NAMED = 20;
const MOST_EXCHANGES = 8;
const MOST_IDS = 30;
const MOST_NOTES = 10;

/** Characters that all exchanges may take together, one finding at most, and the data of all timelines. */
const EXCHANGES_ROOM = 1_500_000;
const FINDING_ROOM = 40_000;
const TIMELINES_ROOM = 2_500_000;
/** Pictures that are in the page as such; others are drawn by the script. */
const MOST_DRAWN = 40;

const STANDINGS: Readonly<Record<Standing, { readonly mark: string; readonly word: string }>> = {
  failed: { mark: '✗', word: 'failed' },
  warned: { mark: '!', word: 'warned' },
  'not-exercised': { mark: '?', word: 'not exercised' },
  passed: { mark: '✓', word: 'passed' },
  noted: { mark: 'i', word: 'noted' },
  'not-applicable': { mark: '–', word: 'not applicable' },
};

const OF_SCENARIO: Readonly<Record<ScenarioVerdict['verdict'], Standing>> = {
  pass: 'passed',
  fail: 'failed',
  warn: 'warned',
  'not-exercised': 'not-exercised',
};

/** What all parts of a page are made of. */
interface Material {
  readonly verdict: Verdict;
  readonly register: Register;
  readonly evidence: Evidence;
  readonly all: readonly Shown[];
  readonly histories: ReadonlyMap<string, History>;
  readonly timelines: Timelines;
  /** How many characters the exchanges of one finding may take. */
  readonly room: number;
}

export function page(verdict: Verdict, register: Register, evidence: Evidence): string {
  const all = shown(verdict, register);
  const inFull = all.reduce((sum, { of }) => sum + Math.min(of.findings.length, MOST_FINDINGS), 0);
  const material: Material = {
    verdict,
    register,
    evidence,
    all,
    histories: new Map(evidence.histories.map((history) => [history.scenario, history])),
    timelines: timelinesOf(verdict, evidence),
    room: Math.min(FINDING_ROOM, EXCHANGES_ROOM / Math.max(1, inFull)),
  };
  const title = `${verdict.verdict}: ${excerpt(verdict.endpoint, 100)}`;
  const content = html`${head(material)}${tools(material)}
    <main>
      ${failures(material)}${gaps(material)}${counterexamples(material)}${chapters(material)}${scenarios(material)}${programs(verdict)}${undeleted(verdict)}
    </main>`;
  const whole = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${policy()}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${title}</title>
      ${STYLE_ELEMENT}
    </head>
    <body>
      <a class="skip" href="#clauses">to the clauses</a>${HATCHED} ${content} ${dataElement(material.timelines.data)}
      ${CLIENT_ELEMENT}
    </body>
  </html>`;
  return `<!doctype html>\n${whole.text}\n`;
}

// A digest is of every character between the tags, so nothing may lay these out.
const STYLE_ELEMENT = verbatim(`<style>${STYLE}</style>`);
const CLIENT_ELEMENT = verbatim(`<script>${CLIENT}</script>`);

function dataElement(data: readonly Timeline[]): Markup {
  return html`<script type="application/json" id="timelines">
    ${jsonBlock(data)}
  </script>`;
}

/** Nothing may be loaded or sent, and of script and style only what stands here counts, even if an endpoint's text became markup. */
function policy(): string {
  const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return `default-src 'none'; script-src ${digest(CLIENT)}; style-src ${digest(STYLE)}; base-uri 'none'; form-action 'none'`;
}

interface Timelines {
  readonly data: readonly Timeline[];
  /** Places in the data, by scenario. */
  readonly places: ReadonlyMap<string, number>;
}

/** Those of broken scenarios first: what has no room is left out. */
function timelinesOf({ clauses }: Verdict, { histories }: Evidence): Timelines {
  const broken = new Set(clauses.flatMap(({ findings }) => findings.map(({ scenario }) => scenario)));
  const data: Timeline[] = [];
  const places = new Map<string, number>();
  let taken = 0;
  for (const history of [
    ...histories.filter(({ scenario }) => broken.has(scenario)),
    ...histories.filter(({ scenario }) => !broken.has(scenario)),
  ]) {
    if (taken > TIMELINES_ROOM) break;
    const timeline = timelineOf(viewOf(history));
    if (timeline.calls.length === 0) continue;
    taken += JSON.stringify(timeline).length;
    places.set(history.scenario, data.push(timeline) - 1);
  }
  return { data, places };
}

function head({ verdict, evidence, all }: Material): Markup {
  const tone = verdict.exitCode === 0 ? 'good' : verdict.verdict === 'incomplete' ? 'warn' : 'bad';
  const { header } = evidence;
  const facts: readonly (readonly [string, Content])[] = [
    ['endpoint', html`<code>${excerpt(verdict.endpoint)}</code>`],
    ['project', html`<code>${excerpt(header.project, 100)}</code>`],
    ['profile', `${verdict.profile}${verdict.strict ? ', strict' : ''}`],
    ['clock', verdict.clock],
    ['arranged', ARRANGED[verdict.arrangement ?? 'dms']],
    ...(header.only === null ? [] : [['only', html`<code>${excerpt(header.only, 200)}</code>`] as const]),
    ['started', excerpt(verdict.startedAt)],
    ['took', duration(verdict.seconds)],
    ['seed', String(verdict.seed)],
    ['suite', verdict.suite.version],
    ['register', html`<code>${shortDigest(verdict.suite.register)}</code>`],
  ];
  return html`<header>
    <div class="verdict ${tone}">
      <h1>${verdict.verdict}</h1>
      ${verdict.insecure === true ? html`<p class="banner">${INSECURE}</p>` : undefined}
      <p>exit code ${verdict.exitCode}: ${EXIT_MEANINGS[verdict.exitCode]}</p>
      ${
        verdict.reasons.length === 0
          ? undefined
          : html`<ul>
              ${verdict.reasons.map((reason) => html`<li>${excerpt(reason)}</li>`)}
            </ul>`
      }
      ${verdict.endpoint === 'embedded' ? html`<p>This is a ${SELF_TEST}.</p>` : undefined}
      ${verdict.filtered ? html`<p><code>--only</code> narrowed what had to be exercised.</p>` : undefined}
      ${verdict.blame === null ? undefined : html`<p>To blame: ${BLAME[verdict.blame]}.</p>`}
    </div>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <p>
      ${Object.entries(STANDINGS)
        .map(([standing, { word }]) => `${all.filter((one) => one.standing === standing).length} ${word}`)
        .join(', ')}
    </p>
  </header>`;
}

const ARRANGED = {
  dms: 'over the neighbouring calls',
  hook: 'by a hook',
  command: 'by a command',
  preloaded: 'beforehand',
} as const;

const BLAME: Readonly<Record<NonNullable<Verdict['blame']>, string>> = {
  endpoint: 'the endpoint',
  arrangement: 'the calls by which dead letters are arranged',
  network: 'the network, or who stands between',
  suite: 'the suite itself',
  operator: 'whoever runs it',
};

function tools({ all, verdict }: Material): Markup {
  const of = (standing: Standing): number => all.filter((one) => one.standing === standing).length;
  const buttons = (Object.keys(STANDINGS) as Standing[])
    .filter((standing) => of(standing) > 0)
    .map(
      (standing) =>
        html`<button type="button" data-standing="${standing}" aria-pressed="false">
          ${of(standing)} ${STANDINGS[standing].word}
        </button>`,
    );
  return html`<div class="tools needs-script" role="search" aria-label="Filter">
    ${buttons}<span class="gap"></span>
    ${['MUST', 'SHOULD', 'INFO'].map((level) => html`<button type="button" data-level="${level}" aria-pressed="false">${level}</button>`)}
    <input id="search" type="search" placeholder="Search   /" aria-label="Search clauses and scenarios" />
    <button type="button" id="open">open or close what failed</button>
    <button type="button" id="clear" hidden="hidden">show all</button>
    <span
      class="muted"
      id="shown"
      role="status"
      data-clauses="${all.length}"
      data-scenarios="${verdict.scenarios.length}"
    ></span>
  </div>`;
}

/** What somebody wants to know who has been called because of this run. */
function failures({ all }: Material): Markup {
  const failed = all.filter(({ standing }) => standing === 'failed');
  const warned = all.filter(({ standing }) => standing === 'warned');
  const list = (title: string, clauses: readonly Shown[]): Content =>
    clauses.length === 0
      ? undefined
      : html`<section>
          <h2>${title}: ${count(clauses.length, 'clause')}</h2>
          <ul>
            ${clauses.map(
              ({ clause, of }) =>
                html`<li>
                  <a href="#${clause.id}"><code>${clause.id}</code></a> ${clause.text}${of.findings.slice(0, 1).map(
                    ({ expected, observed }) =>
                      html`<dl class="said">
                        <dt>expected</dt>
                        <dd>${excerpt(expected, 200)}</dd>
                        <dt>observed</dt>
                        <dd>${excerpt(observed, 200)}</dd>
                      </dl>`,
                  )}
                </li>`,
            )}
          </ul>
        </section>`;
  return html`${list('Failed', failed)}${list('Warnings', warned)}`;
}

function gaps({ all }: Material): Markup {
  const list = (title: string, standing: Standing): Content => {
    const clauses = all.filter((one) => one.standing === standing);
    if (clauses.length === 0) return undefined;
    return html`<section>
      <h2>${title}: ${count(clauses.length, 'clause')}</h2>
      <ul>
        ${byReason(clauses).map(
          (gap) =>
            html`<li>
              ${excerpt(gap.reason)}:
              ${gap.clauses.slice(0, MOST_IDS).map(({ clause }) => html`<a href="#${clause.id}"><code>${clause.id}</code></a> `)}${more(gap.clauses.length - MOST_IDS)}
            </li>`,
        )}
      </ul>
    </section>`;
  };
  return html`${list('Not exercised', 'not-exercised')}${list('Not applicable', 'not-applicable')}`;
}

function chapters(material: Material): Markup {
  const { register, all, evidence } = material;
  const provoking = new Map<string, string[]>();
  for (const { scenario, start } of evidence.histories)
    for (const clause of start?.provokes ?? []) {
      const known = provoking.get(clause);
      if (known === undefined) provoking.set(clause, [scenario]);
      else known.push(scenario);
    }
  let drawn = 0;
  const mayDraw = (): boolean => (drawn += 1) <= MOST_DRAWN;
  return html`<section id="clauses">
    <h2>Clauses</h2>
    ${all.some(({ of }) => of.findings.length > 0) ? LEGEND : undefined}
    ${register.chapters.map(({ chapter, title }) => {
      const own = all.filter(({ clause }) => clause.chapter === chapter);
      if (own.length === 0) return undefined;
      return html`<section class="part">
        <h3>${title}</h3>
        ${own.map((one) => clauseRow(one, material, provoking.get(one.clause.id) ?? [], mayDraw))}
      </section>`;
    })}
  </section>`;
}

function badge(standing: Standing): Markup {
  const { mark, word } = STANDINGS[standing];
  return html`<span class="badge ${standing}">${mark} ${word}</span>`;
}

function clauseRow(
  { clause, of, standing }: Shown,
  material: Material,
  provoking: readonly string[],
  mayDraw: () => boolean,
): Markup {
  const broken = brokenCount(of);
  const inside = html` <p class="muted">
      Stands in ${placesOf({ places: clause.places, rulings: [] }) || 'a ruling alone'}.
    </p>
    ${clause.rulings.map((id) => ruling(id, material.register))}
    ${of.reason === undefined ? undefined : html`<p>${STANDINGS[standing].word}: ${excerpt(of.reason)}</p>`}
    ${of.undecided === 0 ? undefined : html`<p>${count(of.undecided, 'finding')} the instants left open.</p>`}
    ${
      (of.notes ?? []).length === 0
        ? undefined
        : html`<p>Observed:</p>
            <ul>
              ${(of.notes ?? []).slice(0, MOST_NOTES).map((note) => html`<li>${excerpt(note, 300)}</li>`)}
            </ul>
            ${more((of.notes ?? []).length - MOST_NOTES)}`
    }
    ${of.findings.slice(0, MOST_FINDINGS).map((finding, index) => findingOf(finding, standing, material, index === 0 && mayDraw()))}
    ${named(of.findings.slice(MOST_FINDINGS), material)}
    ${more(broken - Math.min(of.findings.length, MOST_FINDINGS + MOST_NAMED), 'broken finding')}
    ${provoking.length === 0 ? undefined : html`<p class="muted">Provoked by ${provoking.slice(0, 8).map((scenario) => html`${scenarioLink(scenario, material)} `)}${more(provoking.length - 8)}</p>`}`;
  const findings = `${count(of.evidence, 'finding')}${broken > 0 ? `, ${broken} broken` : ''}`;
  return html`<details
    class="row ${standing}-row"
    id="${clause.id}"
    data-kind="clause"
    data-standing="${standing}"
    data-level="${clause.level}"
  >
    <summary>
      <span>${badge(standing)}</span
      ><span class="what"><code>${clause.id}</code><span class="level">${clause.level}</span><br />${clause.text}</span
      ><span class="number">${findings}</span>
    </summary>
    <div class="inside">${inside}</div>
  </details>`;
}

function ruling(id: string, { rulings }: Register): Markup {
  const found = rulings.get(id);
  return found === undefined
    ? html`<p class="ruling">Ruling ${id}</p>`
    : html`<p class="ruling">
        <strong>Ruling ${id}: ${found.title}</strong><br />${found.reading}<br /><span class="muted"
          >${found.reason}</span
        >
      </p>`;
}

function findingOf(finding: BrokenFinding, standing: Standing, material: Material, drawn: boolean): Markup {
  const { scenario, expected, observed, exchanges } = finding;
  const { timelines, histories, room, verdict } = material;
  const place = timelines.places.get(scenario);
  const timeline = place === undefined ? undefined : timelines.data[place];
  const of = exchanges.slice(0, MOST_EXCHANGES).flatMap((id) => {
    const exchange = histories.get(scenario)?.exchanges.find((one) => one.id === id);
    if (exchange === undefined) return [];
    const text = timeline?.calls.find(([own]) => own === id)?.[8];
    const said =
      text === undefined ? `${exchange.request.method} ${excerpt(exchange.request.target, 200)}` : verbatim(text);
    return [exchangeOf(exchange, said, room / Math.min(exchanges.length, MOST_EXCHANGES), verdict)];
  });
  return html`<div class="finding ${standing === 'warned' ? 'warned' : ''}">
    <dl class="said">
      <dt>expected</dt>
      <dd>${excerpt(expected)}</dd>
      <dt>observed</dt>
      <dd>${excerpt(observed)}</dd>
      <dt>in</dt>
      <dd>
        ${scenarioLink(scenario, material)}, ${exchanges.length === 1 ? 'exchange' : 'exchanges'}
        ${exchanges.slice(0, MOST_IDS).join(', ')}
      </dd>
    </dl>
    ${place === undefined || timeline === undefined ? undefined : drawn ? html`<div>${verbatim(drawTimeline(timeline, exchanges))}</div>` : html`<div data-timeline="${place}" data-marked="${exchanges.join(' ')}"></div>`}
    ${of}${more(exchanges.length - MOST_EXCHANGES, 'exchange')}
    <h4>Again</h4>
    ${command(replay(scenario, material))}
  </div>`;
}

function named(findings: readonly BrokenFinding[], material: Material): Content {
  if (findings.length === 0) return undefined;
  return html`<details>
    <summary>${count(findings.length, 'more finding')}</summary>
    <ul>
      ${findings
        .slice(0, MOST_NAMED)
        .map(
          ({ scenario, observed, exchanges }) =>
            html`<li>
              ${scenarioLink(scenario, material)}, ${exchanges.slice(0, MOST_IDS).join(', ')}: ${excerpt(observed, 160)}
            </li>`,
        )}
    </ul>
  </details>`;
}

function scenarioLink(scenario: string, { histories }: Pick<Material, 'histories'>): Markup {
  const name = html`<code>${excerpt(scenario, 100)}</code>`;
  return histories.has(scenario) ? html`<a href="#s-${idOf(scenario)}">${name}</a>` : name;
}

function idOf(scenario: string): string {
  return excerpt(scenario, 100).replace(/[^A-Za-z0-9/_.-]/g, '_');
}

/** The command that tries the same once more. */
function replay(scenario: string, { verdict, evidence }: Pick<Material, 'verdict' | 'evidence'>): string {
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

function counterexamples({ verdict, evidence, timelines }: Material): Content {
  if (verdict.counterexamples.length === 0) return undefined;
  return html`<section>
    <h2>Counterexamples: ${verdict.counterexamples.length}</h2>
    ${verdict.counterexamples.map((found) => {
      const place = timelines.places.get(found.shrunk ?? found.scenario);
      const finding = verdict.clauses
        .find(({ id }) => id === found.clause)
        ?.findings.find(({ scenario }) => scenario === (found.shrunk ?? found.scenario));
      const [title = '', ...lines] = counterexampleText(found, evidence, verdict, undefined);
      return html`<details class="failed">
        <summary><code>${title}</code></summary>
        <pre><code>${lines.join('\n')}</code></pre>
        ${place === undefined ? undefined : html`<div data-timeline="${place}" data-marked="${finding?.exchanges.join(' ') ?? ''}"></div>`}
        ${command(replay(found.scenario, { verdict, evidence }))}
      </details>`;
    })}
  </section>`;
}

function scenarios(material: Material): Markup {
  const { verdict, evidence, histories, timelines } = material;
  const known = new Set(verdict.scenarios.map(({ id }) => id));
  const rows = verdict.scenarios.map((one) => {
    const place = timelines.places.get(one.id);
    const provokes = histories.get(one.id)?.start?.provokes ?? [];
    return scenarioRow(
      one.id,
      OF_SCENARIO[one.verdict],
      duration(one.seconds),
      html` ${one.reason === undefined ? undefined : html`<p>${excerpt(one.reason)}</p>`}
      ${provokes.length === 0 ? undefined : html`<p class="muted">Provokes ${provokes.slice(0, MOST_IDS).map((id) => html`<a href="#${id}"><code>${id}</code></a> `)}</p>`}
      ${place === undefined ? html`<p class="muted">Nothing is drawn of it.</p>` : html`<div data-timeline="${place}"></div>`}`,
    );
  });
  // Programs that were run again, and their shorter forms, are in the evidence only.
  const others = evidence.histories.filter(({ scenario }) => !known.has(scenario) && timelines.places.has(scenario));
  return html`<details id="scenarios" class="part">
    <summary><h2>Scenarios: ${verdict.scenarios.length}</h2></summary>
    ${LEGEND}${rows}
    ${others.map(({ scenario }) => scenarioRow(scenario, undefined, '', html`<div data-timeline="${timelines.places.get(scenario) ?? 0}"></div>`))}
  </details>`;
}

function scenarioRow(id: string, standing: Standing | undefined, took: string, inside: Markup): Markup {
  return html`<details class="row" id="s-${idOf(id)}" data-kind="scenario" data-standing="${standing ?? ''}">
    <summary>
      <span>${standing === undefined ? undefined : badge(standing)}</span
      ><span class="what"><code>${excerpt(id, 100)}</code></span
      ><span class="number">${took}</span>
    </summary>
    <div class="inside">${inside}</div>
  </details>`;
}

function programs({ programs }: Verdict): Content {
  if (programs === null) return undefined;
  const rows = [
    ['operations', programs.operations],
    ['acknowledgements', programs.acknowledgements],
    ['at the same time', programs.overlaps],
  ] as const;
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .toSorted(([, one], [, other]) => other - one)
      .map(([name, number]) => `${name} ${number}`)
      .join(', ');
  return html`<section>
    <h2>Generated programs: ${programs.count}</h2>
    <p>
      They exercised ${count(Object.keys(programs.clauses).length, 'clause')}; in how many programs each, is in
      verdict.json.
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">what was done</th>
          <th scope="col">how often</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, of]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${counts(of)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function undeleted({ undeleted: queues }: Verdict): Content {
  if (queues.length === 0) return undefined;
  return html`<section>
    <h2>${count(queues.length, 'queue')} could not be deleted</h2>
    <p>
      ${queues.slice(0, MOST_IDS).map((queue) => html`<code>${excerpt(queue, 100)}</code> `)}${more(queues.length - MOST_IDS)}
    </p>
  </section>`;
}

function more(number: number, noun?: string): Content {
  return number > 0
    ? html`<p class="muted">+${number} more${noun === undefined ? '' : ` ${noun}${number === 1 ? '' : 's'}`}</p>`
    : undefined;
}

/** The pattern of what is in its grace; every picture uses this one. */
const HATCHED = verbatim(
  '<svg width="0" height="0" aria-hidden="true"><defs><pattern id="hatched" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch" width="1.4" height="4"/></pattern></defs></svg>',
);

const LEGEND = verbatim(
  `<ul class="legend">${[
    ['<rect class="consume" x="1" y="2" width="22" height="12"/>', 'consume, from sent to received'],
    ['<polygon class="acknowledge" points="1,8 5,1 19,1 23,8 19,15 5,15"/>', 'acknowledgement'],
    ['<rect class="other" x="1" y="2" width="22" height="12"/>', 'other request'],
    ['<rect class="sure" x="0" y="5" width="24" height="7"/>', 'lease, until ack_wait'],
    ['<rect class="may" x="0" y="5" width="24" height="7"/>', 'it may still last'],
    ['<rect class="grace" x="0" y="5" width="24" height="7"/>', 'grace'],
    ['<g class="return"><path d="M1 14C6 0 18 0 22 12"/></g>', 'came back'],
    ['<g class="hit"><rect class="consume" x="2" y="3" width="20" height="10"/></g>', 'a finding rests on it'],
  ]
    .map(
      ([shape, word]) =>
        `<li><svg class="timeline" width="24" height="16" aria-hidden="true">${shape}</svg>${word}</li>`,
    )
    .join('')}</ul>`,
);
