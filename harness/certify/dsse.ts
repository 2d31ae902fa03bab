/**
 * Dead Simple Signing Envelope 1.0 (https://github.com/secure-systems-lab/dsse): the signed bytes are those of the payload and its type,
 * whatever is around them. The file has one form only, so that not a byte of it can be changed.
 */
import { sign, verify, type KeyObject } from 'node:crypto';
import { keyIdOf } from './keys.js';
import { createPublicKey } from 'node:crypto';

export const IN_TOTO_TYPE = 'application/vnd.in-toto+json';

export interface Envelope {
  readonly payloadType: string;
  /** The statement's bytes, base64. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** PAE(): what is signed. */
function preAuthEncoding(type: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

export function sealEnvelope(payload: Uint8Array, privateKey: KeyObject): string {
  const envelope: Envelope = {
    payloadType: IN_TOTO_TYPE,
    payload: Buffer.from(payload).toString('base64'),
    signatures: [
      {
        keyid: keyIdOf(createPublicKey(privateKey)),
        sig: sign(null, preAuthEncoding(IN_TOTO_TYPE, payload), privateKey).toString('base64'),
      },
    ],
  };
  return writtenEnvelope(envelope);
}

export const writtenEnvelope = (envelope: Envelope): string => `${JSON.stringify(envelope, null, 2)}\n`;

export type OpenedEnvelope =
  | { readonly ok: true; readonly payload: Buffer; readonly keyId: string }
  | { readonly ok: false; readonly reason: string };

/** The payload, if this key signed it. */
export function openEnvelope(text: string, publicKey: KeyObject): OpenedEnvelope {
  const envelope = parsed(text);
  if (typeof envelope === 'string') return { ok: false, reason: envelope };
  if (envelope.payloadType !== IN_TOTO_TYPE)
    return { ok: false, reason: `the payload is of type ${envelope.payloadType}, and ${IN_TOTO_TYPE} is expected` };
  const [signature, ...others] = envelope.signatures;
  if (signature === undefined || others.length > 0)
    return { ok: false, reason: `it has ${envelope.signatures.length} signatures, and one is expected` };
  const keyId = keyIdOf(publicKey);
  if (signature.keyid !== keyId)
    return {
      ok: false,
      reason: `it says that the key ${signature.keyid.slice(0, 16)} signed it, and the key beside it is ${keyId.slice(0, 16)}`,
    };
  const payload = Buffer.from(envelope.payload, 'base64');
  const isSigned = verify(
    null,
    preAuthEncoding(IN_TOTO_TYPE, payload),
    publicKey,
    Buffer.from(signature.sig, 'base64'),
  );
  if (!isSigned)
    return { ok: false, reason: `the signature of the key ${keyId.slice(0, 16)} does not fit the statement` };
  // Base64 of another form, and JSON with other blanks, mean the same: they are refused all the same.
  if (writtenEnvelope(canonical(envelope)) !== text)
    return { ok: false, reason: 'the envelope is not written as nicspec writes it: it was changed' };
  return { ok: true, payload, keyId };
}

function canonical({ payloadType, payload, signatures }: Envelope): Envelope {
  const again = (text: string): string => Buffer.from(text, 'base64').toString('base64');
  return {
    payloadType,
    payload: again(payload),
    signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig: again(sig) })),
  };
}

function parsed(text: string): Envelope | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'the envelope is not JSON';
  }
  const envelope = value as Partial<Envelope> | null;
  const isEnvelope =
    typeof envelope?.payloadType === 'string' &&
    typeof envelope.payload === 'string' &&
    Array.isArray(envelope.signatures) &&
    envelope.signatures.every(
      (signature: { keyid?: unknown; sig?: unknown } | null) =>
        typeof signature?.keyid === 'string' && typeof signature.sig === 'string',
    );
  return isEnvelope ? (envelope as Envelope) : 'the envelope has no payload, payload type and signatures';
}
