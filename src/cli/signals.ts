import type { Footer } from '../../schemas/types.ts';

type Signal = NonNullable<Footer['signal']>;

const SAME_SIGNAL_MS = 500;

/** What is said at the first signal. */
export function interrupted(signal: Signal): string {
  return `${signal}: ending the evidence and deleting queues; once more leaves at once`;
}

/**
 * The first signal ends what is under way in order, the next one leaves at once. What follows on its heels is the first one again:
 * timeout(1) signals the process and then its group, and so do npm and a shell at Ctrl+C. Returns what takes the
 * listeners away again.
 */
export function onSignals(interrupt: (signal: Signal) => void): () => void {
  let first: number | undefined;
  const listen = (signal: Signal, exitCode: number): (() => void) => {
    const listener = (): void => {
      if (first !== undefined && performance.now() - first > SAME_SIGNAL_MS) process.exit(exitCode);
      if (first !== undefined) return;
      first = performance.now();
      interrupt(signal);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  };
  const forget = [listen('SIGINT', 130), listen('SIGTERM', 143)];
  return () => forget.forEach((one) => one());
}
