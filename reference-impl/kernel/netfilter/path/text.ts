/** Text as the kernel keeps it. */
const encoder = new TextEncoder();

export const asciiBytes = (text: string): Uint8Array => encoder.encode(text);
