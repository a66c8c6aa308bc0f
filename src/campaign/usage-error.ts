/** A mistake of the user: nothing was run. Its message says what was expected, what was seen, and what to do. */
export class UsageError extends Error {
  readonly code = 'DMS_USAGE';
}

/** The operating system's word for what went wrong, such as ENOENT. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
