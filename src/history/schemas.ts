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

/** Made by whoever is the first to ask. */
function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Loading it takes longer than most commands, which need no schema. */
const ajv = lazy(() => {
  const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  return new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false });
});

interface Schema<T> {
  check(value: unknown): value is T;
  /** Compiles now rather than at the first check, for whoever has the time. */
  prepare(): void;
  /** What was wrong with the last value that was checked. */
  problems(): string;
}

function schemaOf<T>(schema: object): Schema<T> {
  const compiled = lazy(() => ajv().compile<T>(schema));
  return {
    check: (value): value is T => compiled()(value),
    prepare: () => void compiled(),
    problems: () => ajv().errorsText(compiled().errors ?? [], { dataVar: '', separator: '; ' }),
  };
}

export const schemas = {
  arrangeAnswer: schemaOf<ArrangeAnswer>(arrangeAnswer),
  case: schemaOf<Case>(caseSchema),
  configuration: schemaOf<Configuration>(configuration),
  errorBody: schemaOf<ErrorBody>(errorBody),
  evidence: schemaOf<EvidenceLine>(evidence),
  manifest: schemaOf<Manifest>(manifest),
  preloaded: schemaOf<Preloaded>(preloaded),
  product: schemaOf<Product>(product),
  signature: schemaOf<Signature>(signature),
  verdict: schemaOf<Verdict>(verdict),
  waivers: schemaOf<Waivers>(waivers),
};
