/**
 * A page that no one sees, for frames.
 */

export const emptyPage = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Gatehouse</title></html>'
