import { describe, expect, it } from 'vitest';
import { besselRatio, inverseBesselRatio, logBesselI0Scaled } from './bessel.js';
import { digamma, logMinusDigamma, trigamma } from './digamma.js';
import { inverseDigamma, shapeOfSpread } from './gamma-shape.js';
import { logFactorial, logGamma } from './log-gamma.js';

/** Values of SciPy 1.17 (gammaln, digamma, polygamma, i0e, i1e). */
const scipy = {
  x: [1e-8, 0.1, 0.5, 1, 1.5, 2, 3.7, 9.99, 10, 25.5, 171.5, 1e4, 1e8],
  logGamma: [
    18.42068073818021, 2.252712651734206, 0.5723649429247, 0, -0.12078223763524526, 0, 1.428072326665388,
    12.779315214350195, 12.801827480081469, 56.38916764371994, 709.1431630309283, 82099.71749644238, 1742068066.1038349,
  ],
  digamma: [
    -100000000.57721564, -10.423754940411076, -1.9635100260214235, -0.5772156649015329, 0.03648997397857652,
    0.42278433509846713, 1.1671535393615113, 2.250700372831201, 2.251752589066721, 3.2189424728839198, 5.141664981434,
    9.21029037114285, 18.420680738952367,
  ],
  trigamma: [
    1e16, 101.43329915079275, 4.93480220054468, 1.6449340668482266, 0.9348022005446793, 0.6449340668482266,
    0.31003785767003833, 0.10527695014824176, 0.10516633568168576, 0.03999466964956292, 0.0058479365506103834,
    0.00010000500016666666, 1.000000005e-8,
  ],
  kappa: [0, 1e-6, 0.1, 1, 5, 24.9, 25.1, 100, 1e4, 1e8],
  logBesselI0Scaled: [
    0, -9.999997505167755e-7, -0.09750156076612379, -0.7640856414928213, -1.6953182241774667, -2.521247044053312,
    -2.525288775386073, -3.2202673100574164, -5.524096218567699, -10.129278903930855,
  ],
  besselRatio: [
    0, 4.999999999999377e-7, 0.04993760398793892, 0.4463899658965346, 0.8933831370440852, 0.9797094167355606,
    0.979872829315213, 0.9949873730051687, 0.9999499987498751, 0.9999999949999999,
  ],
};

describe('special functions agree with SciPy', () => {
  it.each([
    ['logGamma', logGamma, scipy.x, 2e-14],
    ['digamma', digamma, scipy.x, 1e-14],
    ['trigamma', trigamma, scipy.x, 1e-14],
    ['logBesselI0Scaled', logBesselI0Scaled, scipy.kappa, 1e-14],
    ['besselRatio', besselRatio, scipy.kappa, 1e-14],
  ] as const)('%s', (name, f, at, tolerance) => {
    for (const [i, x] of at.entries()) {
      const expected = scipy[name][i]!;
      expect(Math.abs(f(x) - expected), `${name}(${x})`).toBeLessThanOrEqual(
        tolerance * Math.max(1, Math.abs(expected)),
      );
    }
  });

  it('log n! sums logarithms, within and beyond its table', () => {
    let sum = 0;
    for (let n = 0; n < 300; sum += Math.log(++n))
      expect(Math.abs(logFactorial(n) - sum)).toBeLessThan(1e-12 * (1 + sum));
  });

  it('log x − ψ(x) keeps its digits where x is large', () => {
    expect(logMinusDigamma(3)).toBeCloseTo(Math.log(3) - digamma(3), 13);
    expect(logMinusDigamma(1e12) * 2e12).toBeCloseTo(1, 11);
  });

  it('the inverse of A(κ) undoes it', () => {
    expect(inverseBesselRatio(0)).toBe(0);
    for (let kappa = 1e-9; kappa < 1e6; kappa *= 1.7)
      expect(inverseBesselRatio(besselRatio(kappa)) / kappa, `κ = ${kappa}`).toBeCloseTo(1, 6);
  });

  it('shapes solve their equations, and stop at the ends', () => {
    for (let a = 2e-8; a < 0.9e8; a *= 3) {
      expect(shapeOfSpread(logMinusDigamma(a)) / a, `a = ${a}`).toBeCloseTo(1, 7);
      expect(inverseDigamma(digamma(a)) / a, `a = ${a}`).toBeCloseTo(1, 7);
    }
    expect([shapeOfSpread(0), shapeOfSpread(-1e-18), shapeOfSpread(Number.NaN)]).toEqual([1e8, 1e8, 1e8]);
    expect([shapeOfSpread(Infinity), inverseDigamma(-Infinity), inverseDigamma(40)]).toEqual([1e-8, 1e-8, 1e8]);
  });
});
