/** Whether something that was signed has the form of a certificate; before that nothing of it is read. */
import { Ajv, type JSONSchemaType } from 'ajv';
import { OUTCOMES } from '../runner/records.js';
import { PREDICATE_TYPE, STATEMENT_TYPE } from './statement.js';
import { CERTIFICATE_LEVELS } from './verdicts.js';

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;
const digest = { type: 'string', pattern: '^[0-9a-f]{64}$' } as const;
const closed = (properties: object, optional: readonly string[] = []): object => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
const resources = { type: 'array', items: closed({ name: text, digest: closed({ sha256: digest }) }) };

const REQUIREMENT = closed({
  id: text,
  title: text,
  level: { enum: ['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY'] },
  verdicts: { type: 'array', items: { enum: OUTCOMES } },
  verdict: { enum: OUTCOMES },
  reason: text,
});

const DEVIATION = closed({
  requirement: text,
  reason: text,
  owner: text,
  expires: text,
  state: { enum: ['active', 'stale', 'expired'] },
});

const CERTIFICATION = closed({
  format: { const: 1 },
  nicspec: text,
  level: { enum: CERTIFICATE_LEVELS },
  profile: text,
  target: text,
  identity: closed({
    kernel: closed({ name: text, release: text }),
    device: closed({ vendor: text, model: text, driver: text, driverVersion: text, firmwareVersion: text }),
  }),
  issuedAt: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' },
  specDigest: digest,
  challenge: closed({
    value: { type: 'string', pattern: '^[0-9a-f]{16,128}$' },
    drawnBy: { enum: ['verifier', 'own'] },
  }),
  seeds: { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 3, maxItems: 3 },
  runs: { type: 'integer', minimum: 1 },
  capabilities: { type: 'object' },
  requirements: { type: 'array', items: REQUIREMENT, minItems: 1 },
  deviations: { type: 'array', items: DEVIATION },
  environment: { type: 'object', additionalProperties: text },
  files: { type: 'object', additionalProperties: digest },
});

const STATEMENT = closed({
  _type: { const: STATEMENT_TYPE },
  subject: { ...resources, minItems: 1 },
  predicateType: { const: PREDICATE_TYPE },
  predicate: closed({
    result: { enum: ['PASSED', 'WARNED', 'FAILED'] },
    configuration: resources,
    passedTests: texts,
    warnedTests: texts,
    failedTests: texts,
    nicspec: CERTIFICATION,
  }),
});

const validate = new Ajv().compile(STATEMENT as JSONSchemaType<object>);

/** What is wrong with it, or null. */
export function checkStatementForm(statement: unknown): string | null {
  if (validate(statement)) return null;
  const [error] = validate.errors ?? [];
  return `${error?.instancePath ?? ''} ${error?.message ?? 'has another form'}`.trim();
}
