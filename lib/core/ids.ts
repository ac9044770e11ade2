/** How what the portal hands out is written: checked before it is looked up, wherever it comes back from outside. */

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Whether it is a UUID in lower case, as every id is written. Another spelling of one names nothing. */
export const isId = (text: string): boolean => ID.test(text);

/** Whether it has the shape of a token (lib/auth/tokens.ts): 256 bits in base64url. */
export const isToken = (text: string): boolean => TOKEN.test(text);
