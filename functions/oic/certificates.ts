/**
 * Certificates by name. Documented for Oracle Integration 3 since 2025, never recorded; older releases do not have it.
 *
 * Page: https://docs.oracle.com/en/cloud/paas/application-integration/rest-api/op-ic-api-integration-v1-certificates-get.html
 */
import type { Certificate } from '../core/items.ts';
import type { Listing } from '../core/odd-item.ts';
import { toCertificate } from './kind-answers.ts';
import type { Requests } from './requests.ts';

export const listCertificates = ({ list }: Requests): Promise<Listing<Certificate>> =>
  list('listing the certificates', '/certificates', toCertificate);
