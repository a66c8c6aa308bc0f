/** Exchanges as a person reads them who has to find out what went wrong: request, answer, and the command that asks again. */
import type { Exchange, Payload, Verdict } from '../../../schemas/types.ts';
import { curlOf } from '../curl.ts';
import { excerpt } from '../plain.ts';
import { html, type Markup } from './markup.ts';
import { prettyJson } from './json-text.ts';

const MOST_HEADERS = 16;

/** One exchange, closed; `said` is its call in words, and `room` how many characters it may take. */
export function exchangeOf(exchange: Exchange, said: string | Markup, room: number, verdict: Verdict): Markup {
  const { id, request, outcome, attempt } = exchange;
  const most = Math.max(200, Math.floor(room / 3));
  return html`<details class="exchange">
    <summary><code>#${id}</code> ${said}</summary>
    <div class="sides">
      <div>
        <h4>Request${attempt > 1 ? `, attempt ${attempt}` : ''}</h4>
        <p><code>${request.method} ${excerpt(request.target, most)}</code></p>
        ${headers(request.headers)} ${body(request.body, most)}
      </div>
      <div>
        ${
          outcome.kind === 'answer'
            ? html`<h4>Answer</h4>
                <p><code>${outcome.status}</code></p>
                ${headers(outcome.headers)}${body(outcome.body, most)}`
            : html`<h4>No answer</h4>
                <p>${outcome.cause}, <code>${excerpt(outcome.code, 60)}</code>: ${excerpt(outcome.message)}</p>`
        }
      </div>
    </div>
    ${command(curl(exchange, verdict, most))}
  </details>`;
}

/** A command line, and a button that copies it. */
export function command(line: string): Markup {
  return html`<div class="command">
    <pre><code>${line}</code></pre>
    <button type="button" class="copy needs-script">copy</button>
  </div>`;
}

function curl(exchange: Exchange, { endpoint, insecure }: Verdict, most: number): string {
  const line = curlOf(exchange, {
    endpoint: endpoint === 'embedded' ? '$ENDPOINT' : endpoint,
    insecure: insecure === true,
  });
  // A part of a command would do something else.
  return line.length <= Math.max(most, 1000) ? line : `# ${line.length} characters: too long to be shown here`;
}

function headers(fields: Exchange['request']['headers']): Markup {
  if (fields.length === 0) return html``;
  const lines = fields.slice(0, MOST_HEADERS).map(([name, value]) => `${excerpt(name, 80)}: ${excerpt(value, 160)}`);
  if (fields.length > MOST_HEADERS) lines.push(`(${fields.length - MOST_HEADERS} more)`);
  return html`<pre class="headers"><code>${lines.join('\n')}</code></pre>`;
}

function body(payload: Payload | undefined, most: number): Markup {
  if (payload === undefined || payload.data === '') return html`<p class="muted">no body</p>`;
  const { encoding, data } = payload;
  // What is cut off need not be parsed first.
  const text = encoding === 'base64' || data.length > 20 * most ? data : prettyJson(data);
  const shown = text.slice(0, most);
  const rest = text.length - shown.length;
  return html`<pre><code>${shown}</code></pre>
    ${encoding === 'base64' ? html`<p class="muted">in base64, since it is not UTF-8</p>` : ''}${rest > 0 ? html`<p class="muted">cut: ${rest} more characters are in the evidence</p>` : ''}`;
}
