/** Chapters and clauses; a broken one with its findings, and a finding with its picture, its exchanges and how to see it again. */
import type { BrokenFinding } from '../../../schemas/types.ts';
import type { Register } from '../../history/register.ts';
import { excerpt } from '../plain.ts';
import type { Shown, Standing } from '../standing.ts';
import { brokenCount, count, placesOf } from '../words.ts';
import { drawTimeline } from './draw.ts';
import { command, exchangeOf } from './exchanges.ts';
import { html, verbatim, type Content, type Markup } from './markup.ts';
import type { Timeline } from './timeline.ts';
import {
  badge,
  LEGEND,
  more,
  MOST_IDS,
  replay,
  scenarioLink,
  STANDINGS,
  timelinePlace,
  type Material,
} from './material.ts';

/** Findings of one clause that are shown with all that belongs to them, and that are only named. */
const MOST_FINDINGS = 3;
const MOST_NAMED = 10;
const MOST_EXCHANGES = 8;
const MOST_NOTES = 10;
const MOST_SCENARIOS = 8;

/** Characters that all exchanges may take together, and those of one finding. */
const EXCHANGES_ROOM = 1_000_000;
const FINDING_ROOM = 40_000;
/** Less than this is not worth showing an exchange in. */
const EXCHANGE_ROOM = 1500;

/** Pictures that are in the page as such; others are drawn by the script. */
const MOST_DRAWN = 40;

/** How much a finding may take, and whether one more picture may be in the page. */
interface Room {
  readonly exchanges: number;
  mayDraw(): boolean;
}

export function chapters(material: Material): Markup {
  const { register, all } = material;
  const provoking = provokingOf(material);
  const inFull = all.reduce((sum, { of }) => sum + Math.min(of.findings.length, MOST_FINDINGS), 0);
  let drawn = 0;
  const room: Room = {
    exchanges: Math.min(FINDING_ROOM, EXCHANGES_ROOM / Math.max(1, inFull)),
    mayDraw: () => (drawn += 1) <= MOST_DRAWN,
  };
  return html`<section id="clauses">
    <h2>Clauses</h2>
    ${register.chapters.map(({ chapter, title }) => {
      const own = all.filter(({ clause }) => clause.chapter === chapter);
      if (own.length === 0) return undefined;
      return html`<section class="part">
        <h3>${title}</h3>
        ${own.map((one) => clauseRow(one, material, provoking.get(one.clause.id) ?? [], room))}
      </section>`;
    })}
  </section>`;
}

/** The scenarios that provoke a clause. */
function provokingOf({ evidence }: Material): ReadonlyMap<string, readonly string[]> {
  const provoking = new Map<string, string[]>();
  for (const { scenario, start } of evidence.histories) {
    for (const clause of start?.provokes ?? []) {
      const known = provoking.get(clause);
      if (known === undefined) provoking.set(clause, [scenario]);
      else known.push(scenario);
    }
  }
  return provoking;
}

function clauseRow(
  { clause, of, standing }: Shown,
  material: Material,
  provoking: readonly string[],
  room: Room,
): Markup {
  const broken = brokenCount(of);
  const { inFull, others } = chosen(of.findings);
  const inside = html`${of.reason === undefined ? undefined : html`<p>${STANDINGS[standing].word}: ${excerpt(of.reason)}</p>`}
    ${of.undecided === 0 ? undefined : html`<p>${count(of.undecided, 'finding')} that the instants leave open.</p>`}
    ${
      (of.notes ?? []).length === 0
        ? undefined
        : html`<p>Observed:</p>
            <ul>
              ${(of.notes ?? []).slice(0, MOST_NOTES).map((note) => html`<li>${excerpt(note, 300)}</li>`)}
            </ul>
            ${more((of.notes ?? []).length - MOST_NOTES)}`
    }
    ${inFull.map((finding, index) => findingOf(finding, standing, material, room.exchanges, index === 0 && room.mayDraw()))}
    ${of.findings.length > 0 ? LEGEND : undefined} ${named(others, broken - inFull.length, material)}
    <p class="muted">Stands in ${placesOf({ places: clause.places, rulings: [] }) || 'a ruling alone'}.</p>
    ${clause.rulings.map((id) => ruling(id, material.register))}
    ${provoking.length === 0 ? undefined : html`<p class="muted">Provoked by ${provoking.slice(0, MOST_SCENARIOS).map((scenario) => html`${scenarioLink(scenario, material)} `)}${more(provoking.length - MOST_SCENARIOS)}</p>`}`;
  const findings = `${count(of.evidence, 'finding')}${broken > 0 ? `, ${broken} broken` : ''}`;
  return html`<details
    class="row"
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

function findingOf(
  finding: BrokenFinding,
  standing: Standing,
  material: Material,
  room: number,
  drawn: boolean,
): Markup {
  const { scenario, expected, observed, exchanges, fingerprint, waived } = finding;
  const { timelines, histories, verdict } = material;
  const place = timelines.places.get(scenario);
  const timeline = place === undefined ? undefined : timelines.ofBroken[place];
  const most = Math.max(1, Math.min(MOST_EXCHANGES, exchanges.length, Math.floor(room / EXCHANGE_ROOM)));
  const of = exchanges.slice(0, most).flatMap((id) => {
    const exchange = histories.get(scenario)?.exchanges.find((one) => one.id === id);
    if (exchange === undefined) return [];
    const text = timeline?.calls.find(([own]) => own === id)?.[8];
    const said =
      text === undefined ? `${exchange.request.method} ${excerpt(exchange.request.target, 200)}` : verbatim(text);
    return [exchangeOf(exchange, said, room / most, verdict)];
  });
  return html`<div class="finding ${standing}">
    <dl class="said">
      <dt>expected</dt>
      <dd>${excerpt(expected)}</dd>
      <dt>observed</dt>
      <dd class="observed">${excerpt(observed)}</dd>
      <dt>in</dt>
      <dd>
        ${scenarioLink(scenario, material)}, ${exchanges.length === 1 ? 'exchange' : 'exchanges'}
        ${exchanges.slice(0, MOST_IDS).join(', ')}
      </dd>
      <dt>fingerprint</dt>
      <dd><code>${fingerprint}</code>${waived === true ? ', waived' : ''}</dd>
    </dl>
    ${pictureOf(timeline, place, exchanges, drawn)} ${of}${more(exchanges.length - most, 'exchange')}
    <h4>Again</h4>
    ${command(replay(scenario, material))}
  </div>`;
}

function pictureOf(
  timeline: Timeline | undefined,
  place: number | undefined,
  marked: readonly number[],
  drawn: boolean,
): Content {
  if (timeline === undefined || place === undefined) return undefined;
  return drawn ? html`<div>${verbatim(drawTimeline(timeline, marked))}</div>` : timelinePlace(place, marked);
}

/** One of each scenario first, since a scenario often breaks a clause in the same way for each of its dead letters. */
function chosen(findings: readonly BrokenFinding[]): {
  readonly inFull: readonly BrokenFinding[];
  readonly others: readonly BrokenFinding[];
} {
  const first = [...Map.groupBy(findings, ({ scenario }) => scenario).values()].flatMap((own) => own.slice(0, 1));
  const inFull = new Set(first.slice(0, MOST_FINDINGS));
  return { inFull: [...inFull], others: findings.filter((finding) => !inFull.has(finding)) };
}

function named(findings: readonly BrokenFinding[], number: number, material: Material): Content {
  if (number === 0) return undefined;
  const shown = findings.slice(0, MOST_NAMED);
  return html`<details>
    <summary>${count(number, 'more finding')}</summary>
    <ul>
      ${shown.map(
        ({ scenario, observed, exchanges }) =>
          html`<li>
            ${scenarioLink(scenario, material)}, ${exchanges.slice(0, MOST_IDS).join(', ')}: ${excerpt(observed, 160)}
          </li>`,
      )}
    </ul>
    ${more(number - shown.length)}
  </details>`;
}
