/** What messages of the device protocol hold: checked and decoded by the document that is made of the contract's types. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ErrorObject, type SchemaValidateFunction, type ValidateFunction } from 'ajv';
import type { JsonSchema, OpenRpcDocument, OpenRpcMethod } from '../../publish/openRpc.js';
import { PROJECT_ROOT } from '../../runner/project.js';

const DOCUMENT = 'device-protocol';

export interface MethodSchemas {
  readonly method: OpenRpcMethod;
  /** Names of the parameters, in the order of the contract's signature. */
  readonly parameters: readonly string[];
  /** Checks the parameters of a message, by name, and decodes them in place. */
  readonly checkParameters: Check;
  /** Checks `{ result }`, and decodes it in place. */
  readonly checkResult: Check;
}

/** What is wrong with a value, in words, or null. Bytes in it are of `blob` where the framing is binary. */
export type Check = (value: object, blob: Uint8Array | undefined) => string | null;

/** Bytes that the message being checked speaks of; a check runs to its end before the next one. */
let blobOfMessage: Uint8Array | undefined;

export class MessageSchemas {
  readonly document: OpenRpcDocument;
  readonly #ajv = new Ajv({ strict: false, allErrors: false, verbose: true, logger: false });
  readonly #methods = new Map<string, MethodSchemas>();
  /** Checks the values that a device gives with its greeting, by name, and decodes them in place. */
  readonly checkConstants: Check;

  constructor(document: OpenRpcDocument) {
    this.document = document;
    this.#ajv.addKeyword({ keyword: 'bytes', modifying: true, errors: true, validate: decodeBytes });
    this.#ajv.addKeyword({ keyword: 'decimal', modifying: true, errors: true, validate: decodeDecimal });
    this.#ajv.addSchema(wireSchema({ components: document.components }) as object, DOCUMENT);
    for (const method of document.methods) this.#methods.set(method.name, this.#compiled(method));
    const constants = document['x-constants'].map(({ name, schema }) => [name, schema] as const);
    this.checkConstants = this.#check({ type: 'object', properties: Object.fromEntries(constants) });
  }

  /** As it is in the project. */
  static load(): MessageSchemas {
    const file = join(PROJECT_ROOT, 'spec', 'schema', 'device-protocol.openrpc.json');
    return new MessageSchemas(JSON.parse(readFileSync(file, 'utf8')) as OpenRpcDocument);
  }

  get(name: string): MethodSchemas | undefined {
    return this.#methods.get(name);
  }

  get methods(): Iterable<MethodSchemas> {
    return this.#methods.values();
  }

  #compiled(method: OpenRpcMethod): MethodSchemas {
    const properties = Object.fromEntries(method.params.map(({ name, schema }) => [name, schema]));
    const required = method.params.filter((param) => param.required === true).map(({ name }) => name);
    const parameters = { type: 'object', properties, required, additionalProperties: false };
    const result = { type: 'object', properties: { result: method.result?.schema ?? { type: 'null' } } };
    return {
      method,
      parameters: method.params.map(({ name }) => name),
      checkParameters: this.#check(parameters),
      checkResult: this.#check(result),
    };
  }

  /** Compiled at the first message of its kind: few devices have every operation. */
  #check(schema: JsonSchema): Check {
    let validate: ValidateFunction | undefined;
    return (value, blob) => {
      validate ??= this.#ajv.compile(wireSchema(schema) as object);
      blobOfMessage = blob;
      return validate(value) ? null : explain(validate.errors ?? []);
    };
  }
}

/** The document's schema with the keywords that decode, and with references that lead into the document. */
function wireSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(wireSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = schema as JsonSchema;
  if (members.contentEncoding === 'base64') return { bytes: true };
  if (members.title === 'decimal integer') return { decimal: true };
  return Object.fromEntries(
    Object.entries(members).map(([keyword, value]) => [
      keyword,
      keyword === '$ref' && typeof value === 'string' ? `${DOCUMENT}${value}` : wireSchema(value),
    ]),
  );
}

type Decode = SchemaValidateFunction;

const decodeBytes: Decode = (_schema, data: unknown, _parent, context) => {
  if (context === undefined) return false;
  const { parentData, parentDataProperty } = context;
  // A branch of a union that did not fit has decoded it already.
  if (data instanceof Uint8Array) return true;
  const bytes = blobOfMessage === undefined ? base64(data) : sliceOf(blobOfMessage, data);
  if (bytes === undefined) {
    const expected =
      blobOfMessage === undefined ? 'must be a string in base64' : 'must be [offset, length] in the bytes';
    decodeBytes.errors = [{ keyword: 'bytes', message: expected, params: {} }];
    return false;
  }
  (parentData as Record<string | number, unknown>)[parentDataProperty] = bytes;
  return true;
};

const decodeDecimal: Decode = (_schema, data: unknown, _parent, context) => {
  if (context === undefined) return false;
  if (typeof data === 'bigint') return true;
  if (typeof data !== 'string' || !/^-?[0-9]{1,30}$/.test(data)) {
    decodeDecimal.errors = [{ keyword: 'decimal', message: 'must be an integer as a string of digits', params: {} }];
    return false;
  }
  (context.parentData as Record<string | number, unknown>)[context.parentDataProperty] = BigInt(data);
  return true;
};

function base64(data: unknown): Uint8Array | undefined {
  if (typeof data !== 'string' || data.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(data)) return undefined;
  const decoded = Buffer.from(data, 'base64');
  // Small Buffers share one pool, and nothing of the contract may be a Buffer.
  return new Uint8Array(decoded);
}

function sliceOf(blob: Uint8Array, data: unknown): Uint8Array | undefined {
  if (!Array.isArray(data) || data.length !== 2) return undefined;
  const [offset, length] = data as readonly unknown[];
  if (!Number.isInteger(offset) || !Number.isInteger(length)) return undefined;
  const start = Number(offset);
  const end = start + Number(length);
  return start < 0 || end < start || end > blob.length ? undefined : blob.slice(start, end);
}

/** The fault that says most: the one deepest in the value. */
function explain(errors: readonly ErrorObject[]): string {
  const [first, ...others] = errors.filter(({ keyword }) => keyword !== 'oneOf' && keyword !== 'const');
  const deepest = others.reduce(
    (best, error) => (error.instancePath.length > best.instancePath.length ? error : best),
    first ?? errors[0] ?? ({ instancePath: '', message: 'is not what the protocol says', params: {} } as ErrorObject),
  );
  const { instancePath, message = '', params, data } = deepest;
  const place = instancePath === '' ? 'it' : instancePath.slice(1).replaceAll('/', '.');
  const named = 'additionalProperty' in params ? ` (${String(params.additionalProperty)})` : '';
  const allowed = 'allowedValues' in params ? ` (${(params.allowedValues as unknown[]).map(String).join(', ')})` : '';
  return `${place} ${message}${named}${allowed}, and is ${shown(data)}`;
}

function shown(data: unknown): string {
  if (data === undefined) return 'not there';
  const text = JSON.stringify(data, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
