/** The device protocol as an OpenRPC document, made of the types in harness/contract: what a device in another process is asked. */
import { join } from 'node:path';
import ts from 'typescript';
import { PROJECT_ROOT } from '../runner/project.js';
import type { OpenRpcConstant, OpenRpcDocument, OpenRpcMethod } from './openRpc.js';
import { documentationOf, TypeSchemas } from './typeSchema.js';

/** Where the document is kept. */
export const DEVICE_PROTOCOL_FILE = join(PROJECT_ROOT, 'spec', 'schema', 'device-protocol.openrpc.json');

const DESCRIPTION =
  'JSON-RPC 2.0 between the reference kernel and a device in a process of its own, over its standard input and output. Made of the ' +
  'types in harness/contract by `npm run schema`; docs/device-protocol.md says how the messages follow each other.';

/** @throws Error if the contract holds what cannot be written as JSON. */
export function deviceProtocol(): OpenRpcDocument {
  const file = join(PROJECT_ROOT, 'harness', 'contract', 'index.ts');
  const program = ts.createProgram([file], {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2023.d.ts'],
    types: [],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const contract = source && checker.getSymbolAtLocation(source);
  if (contract === undefined) throw new Error(`${file} exports nothing`);
  const exported = new Map(checker.getExportsOfModule(contract).map((symbol) => [symbol.name, symbol]));
  const typeNamed = (name: string): ts.Type => {
    const symbol = exported.get(name);
    if (symbol === undefined) throw new Error(`the contract has no ${name}`);
    return checker.getDeclaredTypeOfSymbol(symbol);
  };
  const walk = new Walk(checker);
  walk.hello(typeNamed('DeviceHello'), typeNamed('DeviceGreeting'));
  walk.members(typeNamed('Device'), '', 'kernel', null);
  walk.members(typeNamed('DriverHost'), 'host.', 'device', null);
  return {
    openrpc: '1.3.2',
    info: { title: 'nicspec device protocol', version: '1', description: DESCRIPTION },
    methods: walk.methods,
    'x-constants': walk.constants,
    components: {
      schemas: Object.fromEntries(Object.entries(walk.types.schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

class Walk {
  readonly methods: OpenRpcMethod[] = [];
  readonly constants: OpenRpcConstant[] = [];
  readonly types: TypeSchemas;
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
    this.types = new TypeSchemas(checker);
  }

  hello(hello: ts.Type, greeting: ts.Type): void {
    this.methods.push({
      name: 'hello',
      description: 'The first message: settles version and framing.',
      params: [{ name: 'hello', required: true, schema: this.types.of(hello) }],
      result: { name: 'greeting', schema: this.types.of(greeting) },
      'x-from': 'kernel',
    });
  }

  /** Operations of an interface, and of the groups in it, by their path. `optional`: the group that a device may lack as a whole. */
  members(type: ts.Type, prefix: string, from: 'kernel' | 'device', optional: string | null): void {
    for (const member of type.getProperties()) {
      const isOptional = (member.flags & ts.SymbolFlags.Optional) !== 0;
      const own = this.#checker.getNonNullableType(this.#checker.getTypeOfSymbol(member));
      const [signature] = own.getCallSignatures();
      const name = `${prefix}${member.name}`;
      if (signature !== undefined) {
        const presence = {
          ...(isOptional || optional !== null ? { 'x-optional': true as const } : {}),
          ...(!isOptional && optional !== null ? { 'x-with': optional } : {}),
        };
        this.methods.push({ ...this.#method(name, member, signature, from), ...presence });
      } else if (this.#isGroup(own)) this.members(own, `${name}.`, from, isOptional ? name : optional);
      else this.constants.push({ name, ...this.#said(member), schema: this.types.of(own) });
    }
  }

  #isGroup(type: ts.Type): boolean {
    return (
      (type.flags & ts.TypeFlags.Object) !== 0 &&
      !this.#checker.isArrayLikeType(type) &&
      type.getProperties().some((member) => {
        const own = this.#checker.getNonNullableType(this.#checker.getTypeOfSymbol(member));
        return own.getCallSignatures().length > 0;
      })
    );
  }

  #method(name: string, member: ts.Symbol, signature: ts.Signature, from: 'kernel' | 'device'): OpenRpcMethod {
    // The host that `attach` brings is the kernel at the other end.
    const parameters = name === 'attach' ? [] : signature.getParameters();
    const params = parameters.map((parameter) => {
      const type = this.#checker.getTypeOfSymbol(parameter);
      const isLeft = type.isUnion() && type.types.some(({ flags }) => flags & ts.TypeFlags.Undefined);
      return { name: parameter.name.replace(/^_/, ''), required: !isLeft, schema: this.types.of(type) };
    });
    const returned = signature.getReturnType();
    // What the kernel does at once needs no answer.
    const isNotification = from === 'device' && (returned.flags & ts.TypeFlags.Void) !== 0;
    return {
      name,
      ...this.#said(member),
      params,
      ...(isNotification ? {} : { result: { name: 'result', schema: this.types.of(returned) } }),
      'x-from': from,
    };
  }

  #said(symbol: ts.Symbol): { readonly description?: string } {
    const description = documentationOf(this.#checker, symbol);
    return description === '' ? {} : { description };
  }
}
