/**
 * Stands in for the package `mime-types` in the bundles: form-data asks it only for parts without a content type, of which
 * we send none, and its table of types is a tenth of a bundle.
 */
export const lookup = (): false => false;
