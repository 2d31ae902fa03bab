/** A copy of something read-only, while it is being made. */
export type Writable<Type> = { -readonly [Member in keyof Type]: Type[Member] };
