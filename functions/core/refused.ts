/** It was not done, on purpose, because of the state things are in. The message says why and what to do. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
