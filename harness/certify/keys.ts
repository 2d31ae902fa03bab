/** Ed25519 keys of those who certify, by the platform's own cryptography. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { UsageError } from '../runner/usage.js';

const OWNER_ONLY = 0o600;

/** SHA-256 of the public key's SubjectPublicKeyInfo, as hexadecimal: the `keyid` of signatures. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

export const publicPem = (publicKey: KeyObject): string => String(publicKey.export({ type: 'spki', format: 'pem' }));

/**
 * Writes a new key to `file`, and its public half to `file`.pub; answers the key id.
 * @throws UsageError if there is a key already: what it signed would be orphaned.
 */
export function writeNewKey(file: string): string {
  for (const taken of [file, `${file}.pub`])
    if (existsSync(taken)) throw new UsageError(`${taken} is there already; choose another name`);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: OWNER_ONLY, flag: 'wx' });
  writeFileSync(`${file}.pub`, publicPem(publicKey), { flag: 'wx' });
  return keyIdOf(publicKey);
}

/** @throws UsageError if the file is not there, or holds no Ed25519 key. */
export function readPrivateKey(file: string): KeyObject {
  return readKey(file, 'a private key (nicspec keygen makes one)', (pem) => createPrivateKey(pem));
}

/** @throws UsageError if the file is not there, or holds no Ed25519 key. */
export function readPublicKey(file: string): KeyObject {
  const key = readKey(file, 'a public key', (pem) => {
    if (pem.includes('PRIVATE KEY')) throw new UsageError(`${file} is the private key; trust ${file}.pub`);
    return createPublicKey(pem);
  });
  return key;
}

/** Of the text of a PEM file; null if it is none of an Ed25519 key. */
export function publicKeyIn(pem: string): KeyObject | null {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' && publicPem(key) === pem ? key : null;
  } catch {
    return null;
  }
}

function readKey(file: string, what: string, parse: (pem: string) => KeyObject): KeyObject {
  if (!existsSync(file)) throw new UsageError(`${file} is not there; it should hold ${what}`);
  try {
    const key = parse(readFileSync(file, 'utf8'));
    if (key.asymmetricKeyType !== 'ed25519')
      throw new UsageError(`${file} holds a key of type ${key.asymmetricKeyType ?? 'unknown'}; Ed25519 is wanted`);
    return key;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file} does not hold ${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
