/** The parts of OpenRPC 1.3 (https://spec.open-rpc.org) that the device protocol is described in. */

/** JSON Schema, draft 7. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export interface OpenRpcMethod {
  readonly name: string;
  readonly description?: string;
  /** In the order of the contract's signature; a message names them. */
  readonly params: readonly OpenRpcValue[];
  /** Absent: a notification. */
  readonly result?: OpenRpcValue;
  /** Who sends it. */
  readonly 'x-from': 'kernel' | 'device';
  /** A device that lacks it is asked for it never. */
  readonly 'x-optional'?: true;
  /** A device that has any operation of this group has this one too. */
  readonly 'x-with'?: string;
}

export interface OpenRpcValue {
  readonly name: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

/** A member of the contract that is a value and not an operation: it goes with the answer to `hello`. */
export interface OpenRpcConstant {
  readonly name: string;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export interface OpenRpcDocument {
  readonly openrpc: '1.3.2';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly methods: readonly OpenRpcMethod[];
  readonly 'x-constants': readonly OpenRpcConstant[];
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}
