/** The credential of a request without a person behind it (RFC 6750). */
export const bearerOf = (headers: { get(name: string): string | null }): string | null => /^Bearer (\S{1,100})$/.exec(headers.get("authorization") ?? "")?.[1] ?? null;
