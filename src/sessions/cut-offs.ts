/**
 * Which access tokens a provider's logout token ends: their names, and from when on a token of that name is good again. Sessions that it
 * ends are found by their rows.
 */
/** How long a cut-off is kept: longer than access tokens live. */
export const CUT_OFF_SECONDS = 7 * 86_400

export interface CutOff {
  readonly name: string
  /** Tokens issued until then are not good; `null`: none is. Seconds since the epoch, by the provider's clock. */
  readonly issuedAt: number | null
}

/** Names, none of which can be taken for another. A `sid` beside a `sub` counts for that person alone. */
export const ofSub = (subHash: string) => `sub ${subHash}`
export const ofSid = (sidHash: string) => `sid ${sidHash}`
export const ofBoth = (subHash: string, sidHash: string) => `sub ${subHash} sid ${sidHash}`

/** Under which names an access token may have been cut off. @param sidHash `null`: it has no `sid` */
export function cutOffNames(subHash: string | null, sidHash: string | null): readonly string[] {
  return [
    ...(subHash === null ? [] : [ofSub(subHash)]),
    ...(sidHash === null ? [] : [ofSid(sidHash)]),
    ...(subHash === null || sidHash === null ? [] : [ofBoth(subHash, sidHash)]),
  ]
}

/** Whether a token is cut off. @param issuedAt its `iat`; without one no one knows that it is newer */
export function isCutOff(cutOffs: readonly CutOff[], issuedAt: number | undefined): boolean {
  return cutOffs.some((cutOff) => cutOff.issuedAt === null || issuedAt === undefined || issuedAt <= cutOff.issuedAt)
}
