/** The check of a query against its rules: rtnl_valid_…_req() of the kernel. */
import type { QueryRules } from './families/queryRules.js';
import { numberIn, type Values } from './schema.js';
import type { Refusal } from './validate.js';

const EINVAL = 22;

/** The members of the fixed header that make no sense in a query. */
export function checkQueryHeader(rules: QueryRules, header: Values): Refusal | undefined {
  for (const { member, may = 0, message = rules.message } of rules.header)
    if (((numberIn(header, member) ?? 0) & ~may) !== 0) return { ok: false, errno: EINVAL, message };
  return undefined;
}

/** What nothing would be done with is not ignored. */
export function checkQueryAttributes(rules: QueryRules, values: Values): Refusal | undefined {
  const { attributes, unsupported: message } = rules;
  if (attributes === undefined || Object.keys(values).every((name) => attributes.includes(name))) return undefined;
  return { ok: false, errno: EINVAL, ...(message === undefined ? {} : { message }) };
}
