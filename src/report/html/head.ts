/** What somebody wants to know first who has been called because of this run: verdict, reasons, what is broken, what is unknown. */
import type { Verdict } from '../../../schemas/types.ts';
import { excerpt } from '../plain.ts';
import { byReason, type Shown, type Standing } from '../standing.ts';
import {
  count,
  duration,
  exitMeaning,
  headline,
  INSECURE,
  narrowedBy,
  SELF_TEST,
  shortDigest,
  toneOf,
  waiverText,
} from '../words.ts';
import { html, type Content, type Markup } from './markup.ts';
import { more, MOST_IDS, STANDINGS, type Material } from './material.ts';

export function head({ verdict, evidence, all }: Material): Markup {
  const { header } = evidence;
  const narrowed = narrowedBy(verdict);
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
    <div class="verdict ${toneOf(verdict)}">
      <h1>${headline(verdict)}</h1>
      ${verdict.insecure === true ? html`<p class="banner">${INSECURE}</p>` : undefined}
      <p>exit code ${verdict.exitCode}: ${exitMeaning(verdict)}</p>
      ${
        verdict.reasons.length === 0
          ? undefined
          : html`<ul>
              ${verdict.reasons.map((reason) => html`<li>${excerpt(reason)}</li>`)}
            </ul>`
      }
      <p>${counts(all)}</p>
      ${verdict.endpoint === 'embedded' ? html`<p>This is a ${SELF_TEST}.</p>` : undefined}
      ${narrowed === undefined ? undefined : html`<p><code>${narrowed}</code> narrowed what had to be exercised.</p>`}
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
  </header>`;
}

function counts(all: readonly Shown[]): string {
  return Object.entries(STANDINGS)
    .map(([standing, { word }]) => ({ standing, word, number: all.filter((one) => one.standing === standing).length }))
    .filter(({ standing, number }) => standing !== 'waived' || number > 0)
    .map(({ word, number }) => `${number} ${word}`)
    .join(', ');
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

/** Filter and search; the numbers are buttons. */
export function tools({ all, verdict }: Material): Markup {
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
    ${of('failed') + of('warned') > 0 ? html`<button type="button" id="open">open what is broken</button>` : undefined}
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

export function failures({ all }: Material): Markup {
  const failed = all.filter(({ standing }) => standing === 'failed');
  const warned = all.filter(({ standing }) => standing === 'warned');
  const waived = all.filter(({ standing }) => standing === 'waived');
  const list = (title: string, clauses: readonly Shown[]): Content =>
    clauses.length === 0
      ? undefined
      : html`<section>
          <h2>${title}: ${count(clauses.length, 'clause')}</h2>
          <ul>
            ${clauses.slice(0, MOST_IDS).map(
              ({ clause, of }) =>
                html`<li>
                  <a href="#${clause.id}"><code>${clause.id}</code></a> ${clause.text}${of.findings.slice(0, 1).map(
                    ({ expected, observed }) =>
                      html`<dl class="said">
                        <dt>expected</dt>
                        <dd>${excerpt(expected, 200)}</dd>
                        <dt>observed</dt>
                        <dd class="observed">${excerpt(observed, 200)}</dd>
                      </dl>`,
                  )}
                </li>`,
            )}
          </ul>
          ${more(clauses.length - MOST_IDS, 'clause')}
        </section>`;
  return html`${list('Failed', failed)}${list('Waived', waived)}${list('Warnings', warned)}`;
}

/** What has become of each waiver. */
export function waivers({ waivers = [] }: Verdict): Content {
  if (waivers.length === 0) return undefined;
  return html`<section>
    <h2>Waivers: ${waivers.length}</h2>
    <ul>
      ${waivers.map(
        (waiver) =>
          html`<li>
            <strong>${waiver.state}</strong>:
            <code>${waiver.clause}</code
            >${waiver.scenario === undefined ? undefined : html` in <code>${excerpt(waiver.scenario, 100)}</code>`},
            <code>${waiver.fingerprint}</code>, ${count(waiver.findings, 'finding')}<br /><span class="muted"
              >${excerpt(waiverText(waiver))}</span
            >
          </li>`,
      )}
    </ul>
  </section>`;
}

export function gaps({ all }: Material): Markup {
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
