/** Currencies are part of the contract, so that views and peers agree on what a minor unit is. */
export { CURRENCIES, exponentOf, isCurrency } from '../contract/index.js'
