/**
 * JSON Schemas of the contract's types, as the checker of TypeScript sees them. What a general generator does not know is what makes
 * the contract's wire format: byte strings are base64, bigints are decimal strings, and a brand is a name.
 */
import ts from 'typescript';
import type { JsonSchema } from './openRpc.js';

const BYTES: JsonSchema = { type: 'string', contentEncoding: 'base64' };
const BIGINT: JsonSchema = { type: 'string', pattern: '^-?[0-9]+$', title: 'decimal integer' };
/** Arrays, promises and the like are not named in the document. */
const BUILT_IN = /^(?:Array|ReadonlyArray|Promise|Readonly|Partial|Record|Awaitable|__type|__object)$/;

export class TypeSchemas {
  readonly schemas: Record<string, JsonSchema> = {};
  readonly #checker: ts.TypeChecker;
  readonly #names = new Map<ts.Type, string>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  /** @throws Error for a type that cannot be written as JSON, with its name. */
  of(type: ts.Type): JsonSchema {
    const settled = this.settled(type);
    const name = this.#nameOf(settled);
    if (name === undefined) return this.#inline(settled);
    if (!(name in this.schemas)) {
      this.schemas[name] = {};
      this.schemas[name] = withDescription(this.#inline(settled), this.#documentation(settled));
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  /** Without the promise of Awaitable, and without undefined. */
  settled(type: ts.Type): ts.Type {
    if (!type.isUnion()) return this.#promised(type) ?? type;
    const members = type.types.filter((member) => !(member.flags & ts.TypeFlags.Undefined));
    const promised = members.map((member) => this.#promised(member)).find((member) => member !== undefined);
    return promised ?? (members.length === type.types.length ? type : this.#checker.getNonNullableType(type));
  }

  #promised(type: ts.Type): ts.Type | undefined {
    if (type.getSymbol()?.name !== 'Promise') return undefined;
    return this.#checker.getTypeArguments(type as ts.TypeReference)[0];
  }

  #nameOf(type: ts.Type): string | undefined {
    if (this.#checker.isArrayLikeType(type)) return undefined;
    const brand = this.#brandOf(type);
    if (brand !== undefined) return brand;
    const symbol = type.aliasSymbol ?? (type.isClassOrInterface() ? type.getSymbol() : undefined);
    if (symbol === undefined || BUILT_IN.test(symbol.name) || symbol.name === 'Uint8Array') return undefined;
    const known = this.#names.get(type);
    if (known !== undefined) return known;
    const of = (type.aliasTypeArguments ?? []).map((argument) => this.#wordFor(argument)).join('And');
    const name = of === '' || of === 'Nothing' ? symbol.name : `${symbol.name}Of${of}`;
    this.#names.set(type, name);
    return name;
  }

  #wordFor(type: ts.Type): string {
    if (type.flags & ts.TypeFlags.Void) return 'Nothing';
    const text = this.#nameOf(this.settled(type)) ?? this.#checker.typeToString(type);
    return text
      .replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase())
      .replace(/\W/g, '');
  }

  #inline(type: ts.Type): JsonSchema {
    const { flags } = type;
    if (flags & ts.TypeFlags.Unknown) return {};
    if (flags & ts.TypeFlags.BigIntLike) return BIGINT;
    if (flags & (ts.TypeFlags.Void | ts.TypeFlags.Null)) return { type: 'null' };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: this.#checker.typeToString(type) === 'true' };
    if (flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    if (flags & ts.TypeFlags.StringLike) return { type: 'string' };
    if (flags & ts.TypeFlags.NumberLike) return { type: 'number' };
    if (type.isUnion()) return this.#union(type.types);
    const base = type.isIntersection() ? type.types.find(({ flags: own }) => !(own & ts.TypeFlags.Object)) : undefined;
    if (base !== undefined) return { ...this.#inline(base), title: this.#brandOf(type) };
    if (type.getSymbol()?.name === 'Uint8Array') return BYTES;
    if (this.#checker.isTupleType(type)) return this.#tuple(type as ts.TypeReference);
    if (this.#checker.isArrayType(type)) {
      const [element] = this.#checker.getTypeArguments(type as ts.TypeReference);
      return { type: 'array', items: element === undefined ? {} : this.of(element) };
    }
    if (flags & ts.TypeFlags.Object || type.isIntersection()) return this.#object(type);
    throw new Error(`${this.#checker.typeToString(type)} cannot be written as JSON`);
  }

  #brandOf(type: ts.Type): string | undefined {
    if (!type.isIntersection()) return undefined;
    for (const property of type.getProperties()) {
      if (!property.name.startsWith('__@brand')) continue;
      const brand = this.#checker.getTypeOfSymbol(property);
      if (brand.isStringLiteral()) return brand.value;
    }
    return undefined;
  }

  #union(types: readonly ts.Type[]): JsonSchema {
    const isLiteral = (type: ts.Type): type is ts.StringLiteralType | ts.NumberLiteralType =>
      type.isStringLiteral() || type.isNumberLiteral();
    const literals = types.filter(isLiteral);
    const others = types.filter((type) => !isLiteral(type));
    const isBoolean = others.filter(({ flags }) => flags & ts.TypeFlags.BooleanLiteral).length === 2;
    const options: JsonSchema[] = [];
    if (literals.length > 0) options.push({ enum: literals.map((type) => type.value) });
    if (isBoolean) options.push({ type: 'boolean' });
    for (const type of others)
      if (!isBoolean || !(type.flags & ts.TypeFlags.BooleanLiteral)) options.push(this.of(type));
    const [first] = options;
    return options.length === 1 && first !== undefined ? first : { oneOf: options };
  }

  #tuple(type: ts.TypeReference): JsonSchema {
    const elements = this.#checker.getTypeArguments(type).map((element) => this.of(element));
    return { type: 'array', items: elements, minItems: elements.length, maxItems: elements.length };
  }

  #object(type: ts.Type): JsonSchema {
    const index = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (index !== undefined && type.getProperties().length === 0)
      return { type: 'object', additionalProperties: this.of(index) };
    const properties: Record<string, JsonSchema> = {};
    const required: string[] = [];
    for (const property of type.getProperties()) {
      const own = this.#checker.getTypeOfSymbol(property);
      if (own.getCallSignatures().length > 0)
        throw new Error(
          `${this.#checker.typeToString(type)}.${property.name} is an operation and cannot be written as JSON`,
        );
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0 || (own.flags & ts.TypeFlags.Void) !== 0;
      if (!isOptional) required.push(property.name);
      properties[property.name] = withDescription(this.of(own), documentationOf(this.#checker, property));
    }
    return {
      type: 'object',
      properties,
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
    };
  }

  #documentation(type: ts.Type): string {
    const symbol = type.aliasSymbol ?? type.getSymbol();
    return symbol === undefined ? '' : documentationOf(this.#checker, symbol);
  }
}

/** What TSDoc says of it, on one line. */
export function documentationOf(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, ' ').trim();
}

function withDescription(schema: JsonSchema, description: string): JsonSchema {
  // Draft 7 overlooks what stands beside a $ref.
  if (description === '' || '$ref' in schema) return schema;
  return { ...schema, description };
}
