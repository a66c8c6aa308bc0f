import type { Ajv2020, ValidateFunction } from 'ajv/dist/2020.js';
import { createRequire } from 'node:module';
import arrangeAnswer from '../../schemas/arrange-answer.schema.json' with { type: 'json' };
import caseSchema from '../../schemas/case.schema.json' with { type: 'json' };
import configuration from '../../schemas/configuration.schema.json' with { type: 'json' };
import errorBody from '../../schemas/error-body.schema.json' with { type: 'json' };
import evidence from '../../schemas/evidence.schema.json' with { type: 'json' };
import manifest from '../../schemas/manifest.schema.json' with { type: 'json' };
import preloaded from '../../schemas/preloaded.schema.json' with { type: 'json' };
import product from '../../schemas/product.schema.json' with { type: 'json' };
import signature from '../../schemas/signature.schema.json' with { type: 'json' };
import verdict from '../../schemas/verdict.schema.json' with { type: 'json' };
import waivers from '../../schemas/waivers.schema.json' with { type: 'json' };
import type {
  ArrangeAnswer,
  Case,
  Configuration,
  ErrorBody,
  EvidenceLine,
  Manifest,
  Preloaded,
  Product,
  Signature,
  Verdict,
  Waivers,
} from '../../schemas/types.ts';

let loaded: Ajv2020 | undefined;

/** Loaded by whoever is the first to need it: most commands never do, and it takes longer to load than they take. */
function ajv(): Ajv2020 {
  if (loaded === undefined) {
    const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
    loaded = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false });
  }
  return loaded;
}

interface Schema<T> {
  check(value: unknown): value is T;
  /** Compiles now rather than at the first check, for whoever has the time. */
  prepare(): void;
  /** What was wrong with the last value that was checked. */
  problems(): string;
}

/** Compiles on first use: most commands need one schema or none. */
function lazily<T>(schema: object): Schema<T> {
  let compiled: ValidateFunction<T> | undefined;
  const compile = (): ValidateFunction<T> => (compiled ??= ajv().compile<T>(schema));
  return {
    check: (value): value is T => compile()(value),
    prepare: () => void compile(),
    problems: () => ajv().errorsText(compiled?.errors ?? [], { dataVar: '', separator: '; ' }),
  };
}

export const schemas = {
  arrangeAnswer: lazily<ArrangeAnswer>(arrangeAnswer),
  case: lazily<Case>(caseSchema),
  configuration: lazily<Configuration>(configuration),
  errorBody: lazily<ErrorBody>(errorBody),
  evidence: lazily<EvidenceLine>(evidence),
  manifest: lazily<Manifest>(manifest),
  preloaded: lazily<Preloaded>(preloaded),
  product: lazily<Product>(product),
  signature: lazily<Signature>(signature),
  verdict: lazily<Verdict>(verdict),
  waivers: lazily<Waivers>(waivers),
};
