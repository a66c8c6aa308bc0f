import { stripVTControlCharacters } from 'node:util';

/**
 * Text of an endpoint as it may reach a terminal or a report: on one line, without escape sequences, control
 * characters (C0, C1) and the marks that turn the direction of writing around, and not what a CI server reads
 * as a command in what is printed (`::error::` at the start of a line; `##[error]`, `##vso[`, `##teamcity[` anywhere).
 */
export function plain(text: string): string {
  return (
    stripVTControlCharacters(text)
      .toWellFormed()
      .replace(/[\s\u2028\u2029]+/g, ' ')
      // oxlint-disable-next-line no-control-regex -- control characters are what this is about
      .replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
      .trim()
      .replace(/^::/, ': :')
      .replace(/##(?=\w*\[)/g, '# #')
  );
}

/** The same, cut to a length that leaves a report readable. */
export function excerpt(text: string, most = 400): string {
  const line = plain(text);
  return line.length <= most ? line : `${line.slice(0, most).toWellFormed()}… (${line.length - most} more characters)`;
}
