/** A page of what bundles show: one row each. */
import type { Product, Verdict } from '../../schemas/types.ts';
import { plain } from './plain.ts';
import { shortDigest } from './words.ts';

/** A bundle, by the name of its directory: what it shows, or why it was refused. */
export interface Result {
  readonly name: string;
  readonly shown?: {
    readonly product: Product;
    readonly verdict: Verdict;
    readonly utcDay: string;
    /** The id of the key that signed it; null where nobody did. */
    readonly signedBy: string | null;
  };
  readonly problems: readonly string[];
}

const COLUMNS = ['product', 'vendor', 'tested on', 'suite', 'clauses', 'signed by', 'bundle'];
const TITLE = 'Conformance of the dead letter calls of the DMS v1.0 queue API';
const ABOUT =
  'Each bundle was judged anew when this page was made. That its exchanges happened, nobody but who signed it vouches for.';

export function resultsMarkdown(results: readonly Result[]): string {
  const cell = (text: string): string => plain(text).replace(/[\\`*_[\]<>|#]/g, (mark) => `\\${mark}`);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const refused = refusedOf(results).map(({ name, problems }) => `- ${cell(name)}: ${problems.map(cell).join('; ')}`);
  return [
    `# ${TITLE}`,
    '',
    ABOUT,
    '',
    line(COLUMNS),
    line(COLUMNS.map(() => '---')),
    ...rowsOf(results).map((row) => line(row.map(cell))),
    ...(refused.length === 0 ? [] : ['', '## Refused', '', ...refused]),
    '',
  ].join('\n');
}

export function resultsHtml(results: readonly Result[]): string {
  const row = (cells: readonly string[], tag: 'td' | 'th'): string =>
    `      <tr>${cells.map((text) => `<${tag}>${html(text)}</${tag}>`).join('')}</tr>`;
  const refused = refusedOf(results).map(
    ({ name, problems }) =>
      `      <li>${html(name)}<ul>${problems.map((problem) => `<li>${html(problem)}</li>`).join('')}</ul></li>`,
  );
  return [
    '<!doctype html>',
    '<html lang="en">',
    '  <head>',
    '    <meta charset="utf-8">',
    '    <meta name="viewport" content="width=device-width, initial-scale=1">',
    `    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `    <title>${html(TITLE)}</title>`,
    '    <style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem;max-width:75rem}table{border-collapse:collapse}th,td{border:1px solid #8888;padding:.4rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}</style>',
    '  </head>',
    '  <body>',
    `    <h1>${html(TITLE)}</h1>`,
    `    <p>${html(ABOUT)}</p>`,
    '    <table>',
    row(COLUMNS, 'th'),
    ...rowsOf(results).map((cells) => row(cells, 'td')),
    '    </table>',
    ...(refused.length === 0 ? [] : ['    <h2>Refused</h2>', '    <ul>', ...refused, '    </ul>']),
    '  </body>',
    '</html>',
    '',
  ].join('\n');
}

function rowsOf(results: readonly Result[]): string[][] {
  return results.flatMap(({ name, shown }) => {
    if (shown === undefined) return [];
    const { product, verdict, utcDay, signedBy } = shown;
    const of = (kind: string): number => verdict.clauses.filter((clause) => clause.verdict === kind).length;
    return [
      [
        `${product.name} ${product.version}`,
        product.vendor,
        utcDay,
        `${verdict.suite.version}, register ${shortDigest(verdict.suite.register)}`,
        `${of('pass')} passed, ${of('warn')} warned, ${of('not-applicable')} not applicable`,
        signedBy ?? 'nobody',
        name,
      ],
    ];
  });
}

function refusedOf(results: readonly Result[]): readonly Result[] {
  return results.filter(({ shown }) => shown === undefined);
}

function html(text: string): string {
  return plain(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
