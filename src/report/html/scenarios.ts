/** Scenarios and programs: what they were for, how they ended, and what they looked like. */
import type { ScenarioVerdict, Verdict } from '../../../schemas/types.ts';
import { counterexampleText } from '../counterexample.ts';
import { excerpt } from '../plain.ts';
import type { Standing } from '../standing.ts';
import { count, duration } from '../words.ts';
import { command } from './exchanges.ts';
import { html, type Content, type Markup } from './markup.ts';
import { badge, idOf, LEGEND, more, MOST_IDS, replay, timelinePlace, type Material } from './material.ts';

const OF_SCENARIO: Readonly<Record<ScenarioVerdict['verdict'], Standing>> = {
  pass: 'passed',
  fail: 'failed',
  warn: 'warned',
  'not-exercised': 'not-exercised',
};

export function counterexamples({ verdict, evidence, timelines }: Material): Content {
  if (verdict.counterexamples.length === 0) return undefined;
  return html`<section>
    <h2>Counterexamples: ${verdict.counterexamples.length}</h2>
    ${verdict.counterexamples.map((found) => {
      const place = timelines.places.get(found.shrunk ?? found.scenario);
      const finding = verdict.clauses
        .find(({ id }) => id === found.clause)
        ?.findings.find(({ scenario }) => scenario === (found.shrunk ?? found.scenario));
      const [title = '', ...lines] = counterexampleText(found, evidence, verdict, undefined);
      return html`<details class="counterexample" data-standing="failed">
        <summary><code>${title}</code></summary>
        <pre><code>${lines.join('\n')}</code></pre>
        ${place === undefined ? undefined : timelinePlace(place, finding?.exchanges)}
        ${command(replay(found.scenario, { verdict, evidence }))}
      </details>`;
    })}
  </section>`;
}

export function scenarios(material: Material): Markup {
  const { verdict, evidence, histories, timelines } = material;
  const known = new Set(verdict.scenarios.map(({ id }) => id));
  const rows = verdict.scenarios.toSorted(byId).map((one) => {
    const place = timelines.places.get(one.id);
    const provokes = histories.get(one.id)?.start?.provokes ?? [];
    return scenarioRow(
      one.id,
      one.waived === true ? 'waived' : OF_SCENARIO[one.verdict],
      duration(one.seconds),
      html` ${one.reason === undefined ? undefined : html`<p>${excerpt(one.reason)}</p>`}
      ${provokes.length === 0 ? undefined : html`<p class="muted">Provokes ${provokes.slice(0, MOST_IDS).map((id) => html`<a href="#${id}"><code>${id}</code></a> `)}</p>`}
      ${place === undefined ? html`<p class="muted">Nothing is drawn of it.</p>` : timelinePlace(place)}`,
    );
  });
  // Programs that were run again, and their shorter forms, are in the evidence only.
  const others = evidence.histories.filter(({ scenario }) => !known.has(scenario) && timelines.places.has(scenario));
  return html`<details id="scenarios" class="part">
    <summary><h2>Scenarios: ${verdict.scenarios.length}</h2></summary>
    ${LEGEND}${rows}
    ${others.map(({ scenario }) => scenarioRow(scenario, undefined, '', timelinePlace(timelines.places.get(scenario) ?? 0)))}
  </details>`;
}

/** `programs/2` stands before `programs/10`. */
const byId = ({ id }: ScenarioVerdict, { id: other }: ScenarioVerdict): number => collator.compare(id, other);
const collator = new Intl.Collator('en', { numeric: true });

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

export function programs({ programs }: Verdict): Content {
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

export function undeleted({ undeleted: queues }: Verdict): Content {
  if (queues.length === 0) return undefined;
  return html`<section>
    <h2>${count(queues.length, 'queue')} could not be deleted</h2>
    <p>
      ${queues.slice(0, MOST_IDS).map((queue) => html`<code>${excerpt(queue, 100)}</code> `)}${more(queues.length - MOST_IDS)}
    </p>
  </section>`;
}
