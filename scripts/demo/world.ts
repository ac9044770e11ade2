/** The names of one stack's network namespaces, and the address that its gateway has there. */

/** From the range for examples (RFC 5737), so that it is nobody's. */
export const GATEWAY_ADDRESS = "192.0.2.1";

/** Where the neighbour's service runs. */
export const serviceNamespace = (worldName: string): string => `pc${worldName}-svc`;

/** Where clients of this world have to be linked to. */
export const gatewayNamespace = (worldName: string): string => `pc${worldName}-gw`;
