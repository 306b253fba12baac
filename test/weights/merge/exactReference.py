"""The merge methods' 16-bit arithmetic restated with numpy, independent of the engine.

Reads one JSON list of cases from stdin: method, parameters, base (index or null), models (lists of dtype, shape,
values, parameters, mask). Prints one JSON list of results: dtype and values.
"""
import json
import sys

import numpy as np

F32 = np.float32


def to_f16(x):
    with np.errstate(over="ignore"):
        return np.asarray(x, F32).astype(np.float16).astype(F32)


def rounding(dtype):
    if dtype == "F16":
        return to_f16
    if dtype == "BF16":

        def to_bf16(x):
            bits = np.asarray(x, F32).view(np.uint32)
            rounded = (bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) & np.uint32(0xFFFF0000)
            return rounded.astype(np.uint32).view(F32)

        return to_bf16
    return lambda x: np.asarray(x, F32)


def widest(dtypes):
    return dtypes[0] if len(set(dtypes)) == 1 else "F32"


def add_up(R, terms):
    """Sum over models: accumulated in float32, rounded once."""
    total = np.zeros_like(terms[0])
    for term in terms:
        total = (total + term).astype(F32)
    return R(total)


def reduced(R, x, axis=None, keepdims=False):
    return R(np.sum(x, axis=axis, keepdims=keepdims, dtype=np.float64).astype(F32))


def norm(x, axis=None):
    return np.sqrt(np.sum(np.square(x, dtype=np.float64), axis=axis, keepdims=axis is not None)).astype(F32)


def linear(R, xs, ws, p):
    w = [R(w["weight"]) for w in ws]
    out = add_up(R, [R(a * x) for a, x in zip(w, xs)])
    return R(out / add_up(R, [np.asarray(a) for a in w])) if p.get("normalize", True) else out


def largest(d, n):
    order = np.argsort(-np.abs(d).ravel(), kind="stable")[:n]
    keep = np.zeros(d.size, F32)
    keep[order] = 1
    return keep.reshape(d.shape)


def middle(d, density, gamma):
    top = int(gamma * d.size)
    bottom = d.size - int(density * d.size) - top
    if bottom < 0:
        top, bottom = top + bottom, 0
    keep = np.zeros(d.size, F32)
    if top > 0:
        keep[np.argsort(np.abs(d).ravel(), kind="stable")[bottom : d.size - top]] = 1
    return keep.reshape(d.shape)


def task_vectors(method):
    consensus = method in ("ties", "dare_ties", "breadcrumbs_ties", "della")

    def merge(R, base, xs, ws, p, masks):
        deltas = []
        for x, w, mask in zip(xs, ws, masks):
            d = R(x - base)
            density = w.get("density", 1.0)
            if method != "task_arithmetic" and (mask is not None or density < 1):
                keep = mask
                if mask is None:
                    keep = (
                        largest(d, int(density * d.size))
                        if method == "ties"
                        else middle(d, density, w.get("gamma", 0.01))
                    )
                kept = R(d * keep)
                if p.get("rescale", method.startswith(("dare", "della"))):
                    before, after = reduced(R, np.abs(d)), reduced(R, np.abs(kept))
                    if before >= 1e-7 and after >= 1e-7:
                        kept = R(kept * R(before / after))
                d = kept
            deltas.append(d)
        w = [R(w["weight"]) for w in ws]
        weighted = [R(d * a) for d, a in zip(deltas, w)]
        mix = add_up(R, weighted)
        if consensus:
            majority = np.where(mix >= 0, 1, -1)
            agree = [(np.sign(x) == majority).astype(F32) for x in weighted]
            mix = add_up(R, [x * m for x, m in zip(weighted, agree)])
            divisor = add_up(R, [a * m for a, m in zip(w, agree)])
            divisor = np.where(divisor == 0, F32(1), divisor)
        else:
            divisor = add_up(R, [np.asarray(a) for a in w])
            divisor = F32(1) if abs(divisor) < 1e-8 else divisor
        if p.get("normalize", method in ("ties", "della")):
            mix = R(mix / divisor)
        if p.get("lambda", 1) != 1:
            mix = R(mix * F32(p["lambda"]))
        return R(base + mix)

    return merge


def slerp(base, x, t):
    a, b = base.ravel(), x.ravel()
    unit = lambda v: v / norm(v) if norm(v) > 1e-8 else v
    c = F32(np.sum(unit(a) * unit(b)))
    if abs(c) > 0.9995:
        return ((1 - t) * base + t * x).astype(F32)
    theta = np.arccos(c)
    return ((np.sin((1 - t) * theta) * base + np.sin(t * theta) * x) / np.sin(theta)).astype(F32)


def nuslerp(R, xs, ws, p):
    first, second = (w["weight"] for w in ws)
    t = 0.5 if abs(first + second) < 1e-6 else second / (first + second)
    x, y = xs
    if p.get("nuslerp_flatten", True) or x.ndim < 2:
        shape, axis = x.shape, 0
        x, y = x.ravel(), y.ravel()
    else:
        shape, axis = x.shape, 0 if p.get("nuslerp_row_wise", False) else -1
    unit = lambda v: R(v / np.maximum(R(norm(v, axis)), R(1e-7)))
    theta = R(np.arccos(np.clip(reduced(R, R(unit(x) * unit(y)), axis, True), -1, 1)))
    sine = R(np.sin(theta))
    arc = lambda share, v: R(R(np.sin(R(F32(share) * theta))) * v)
    with np.errstate(all="ignore"):
        curved = R(R(arc(1 - t, x) + arc(t, y)) / sine)
    straight = R(R(F32(1 - t) * x) + R(F32(t) * y))
    return np.where(sine < 1e-8, straight, curved).reshape(shape)


def multislerp(R, xs, ws, p):
    w = [R(w["weight"]) for w in ws]
    if p.get("normalize_weights", True):
        total = add_up(R, [np.asarray(a) for a in w])
        w = [R(a / total) for a in w]
    eps = F32(p.get("eps", 1e-8))
    norms = [R(norm(x)) for x in xs]
    units = [R(x / R(n + eps)) for x, n in zip(xs, norms)]
    mean = add_up(R, [R(u * a) for u, a in zip(units, w)])
    mean = R(mean / R(norm(mean)))
    dots = [reduced(R, R(u * mean)) for u in units]
    tangent = add_up(R, [R(R(u - R(d * mean)) * a) for u, d, a in zip(units, dots, w)])
    angle = R(R(norm(tangent)) + eps)
    out = R(R(mean * R(np.cos(angle))) + R(tangent * R(R(np.sin(angle)) / angle)))
    return R(out * add_up(R, [R(n * a) for n, a in zip(norms, w)]))


def karcher(R, xs, p):
    norms = [norm(x) for x in xs]
    tol = p.get("tol", 1e-5)
    units = [R(x / n) for x, n in zip(xs, norms) if n > tol]
    share = F32(1 / len(units))
    u = np.zeros_like(xs[0])
    for unit in units:
        u = R(u + R(unit * share))
    u = R(u / norm(u))
    for _ in range(p.get("max_iter", 10)):
        tangent = np.zeros_like(u)
        for unit in units:
            dot = np.clip(reduced(R, (u * unit).astype(F32)), -1, 1)
            theta = R(np.arccos(dot))
            if theta < tol:
                continue
            pull = R(R(theta / R(np.sin(theta))) * share)
            tangent = R(tangent + R(pull * R(unit - R(dot * u))))
        length = norm(tangent)
        if length < tol:
            break
        u = R(R(R(np.cos(length)) * u) + R(R(np.sin(length)) * R(tangent / length)))
        if norm(u) > tol:
            u = R(u / norm(u))
    return R(u * F32(sum(float(n) for n in norms) / len(norms)))


def model_stock(R, base, xs, p):
    axis = -1 if p.get("filter_wise", False) and base.ndim > 1 else None
    over = lambda v: v if axis == -1 else v.reshape(1, -1)
    flat, b = [over(x) for x in xs], over(base)
    offsets = [R(x - b) for x in flat]
    cosines = []
    for i, a in enumerate(offsets):
        for c in offsets[i + 1 :]:
            product = np.maximum(R(R(norm(a, -1)) * R(norm(c, -1))), R(1e-6))
            cosines.append(np.clip(R(reduced(R, R(a * c), -1, True) / product), -1, 1))
    cosine = R(sum(c.astype(np.float64) for c in cosines) / len(cosines))
    n = len(xs)
    t = R(R(n * cosine) / R(1 + R((n - 1) * cosine)))
    mean = flat[0]
    for x in flat[1:]:
        mean = R(mean + x)
    mean = R(mean / F32(n))
    return R(R(t * mean) + R(R(1 - t) * b)).reshape(base.shape)


def nearswap(R, base, x, p):
    share = R(R(1 / np.maximum(np.abs(R(base - x)), R(1e-6))) * F32(p["t"]))
    share = np.clip(share, 0, 1)
    return R(R(share * x) + R(R(1 - share) * base))


def variance(R, deltas):
    mean = np.zeros_like(deltas[0])
    squares = np.zeros_like(deltas[0])
    for n, d in enumerate(deltas, 1):
        step = d - mean
        mean = mean + step / F32(n)
        squares = squares + step * (d - mean)
    return R(squares / F32(len(deltas)))


def sce(R, base, xs, p):
    deltas = [R(x - base) for x in xs]
    topk = p.get("select_topk", 1.0)
    if topk < 1:
        v = variance(R, deltas)
        keep = largest(v, int(F32(np.count_nonzero(v)) * F32(topk)))
        deltas = [d * keep for d in deltas]
    squares = [R(np.sum(R(d * d), dtype=np.float64) / d.size) for d in deltas]
    total = add_up(R, [np.asarray(s) for s in squares])
    weights = [R(F32(1 / len(xs))) if abs(total) < 1e-6 else R(s / total) for s in squares]
    majority = np.where(add_up(R, deltas) >= 0, 1, -1)
    agree = [(np.sign(d) == majority).astype(F32) for d in deltas]
    kept = [w * a for w, a in zip(weights, agree)]
    mix = add_up(R, [R(d * k) for d, k in zip(deltas, kept)])
    return R(base + R(mix / np.maximum(add_up(R, kept), R(1e-6))))


def ram(R, base, xs, p, plus):
    deltas = [R(x - base) for x in xs]
    epsilon = R(p.get("epsilon", 1e-5))
    active = [np.abs(d) > epsilon for d in deltas]
    count = sum(a.astype(F32) for a in active)
    alone, shared = count == 1, count > 1
    factors = [F32(1)] * len(xs)
    if plus:
        for k, a in enumerate(active):
            ratio = F32(np.sum(a & shared)) / F32(max(np.sum(a & alone), p.get("epsilon", 1e-5)))
            factors[k] = F32(1 + F32(p.get("r", 0.1)) * np.clip(ratio, 0, F32(p.get("alpha", 0.2))))
    S = (lambda x: np.asarray(x, F32)) if plus else R
    parts = [
        S(S(d * (a & alone) * f) + R(d * (a & shared) / np.maximum(count, 1)))
        for d, a, f in zip(deltas, active, factors)
    ]
    return S(base + add_up(S, parts))


def arcee_fusion(R, base, x):
    def softmax(v):
        e = np.exp(v - v.max(-1, keepdims=True))
        return R(e / e.sum(-1, keepdims=True))

    p, q = R(softmax(x) + F32(1e-8)), R(softmax(base) + F32(1e-8))
    kl = reduced(R, R(p * R(np.log(R(p / q)))), -1, True)
    delta = R(x - base)
    importance = R(np.abs(delta) * kl)
    ordered = np.sort(importance.ravel())
    low, mid, high = (ordered[int(F32(q) * F32(ordered.size - 1))] for q in (0.25, 0.5, 0.75))
    threshold = R(mid + R(F32(1.5) * R(high - low)))
    return (base + delta * (importance >= threshold)).astype(F32)


CASTS = {"task_arithmetic", "ties", "dare_linear", "dare_ties", "breadcrumbs", "breadcrumbs_ties", "della", "della_linear"}


def run(case):
    method, p = case["method"], case["parameters"]
    models = case["models"]
    at = case["base"]
    dtypes = [m["dtype"] for m in models]
    out = dtypes[at] if at is not None and method in CASTS | {"slerp", "nearswap"} else widest(dtypes)
    work = out if method in CASTS else widest(dtypes)
    R = rounding(work)
    xs = [np.asarray(m["values"], F32).reshape(m["shape"]) for m in models]
    if method in CASTS:
        xs = [R(x) for x in xs]
    ws = [m["parameters"] for m in models]
    others = [i for i in range(len(models)) if i != at]
    base = xs[at] if at is not None else None
    rest, theirs = [xs[i] for i in others], [ws[i] for i in others]
    if method == "linear":
        result = linear(R, xs, ws, p)
    elif method in CASTS:
        masks = [models[i].get("mask") for i in others]
        masks = [None if m is None else np.asarray(m, F32).reshape(base.shape) for m in masks]
        result = task_vectors(method)(R, base, rest, theirs, p, masks)
    elif method == "slerp":
        result = rounding(out)(slerp(base, rest[0], p["t"]))
    elif method in ("nuslerp", "multislerp"):
        vectors = rest if base is None else [R(x - base) for x in rest]
        result = (nuslerp if method == "nuslerp" else multislerp)(R, vectors, theirs, p)
        result = result if base is None else R(base + result)
    elif method == "karcher":
        result = karcher(R, xs, p)
    elif method == "model_stock":
        result = model_stock(R, base, rest, p)
    elif method == "nearswap":
        result = rounding(out)(nearswap(R, base, rest[0], p))
    elif method == "sce":
        result = sce(R, base, rest, p)
    elif method in ("ram", "ramplus_tl"):
        result = ram(R, base, rest, p, method == "ramplus_tl")
    elif method == "arcee_fusion":
        result = arcee_fusion(R, base, rest[0])
    else:
        scale = ws[0].get("scale")
        result = xs[0] if scale is None else R(xs[0] * F32(scale))
    return {
        "dtype": "F32" if method in ("arcee_fusion", "ramplus_tl") else out,
        "values": [float(v) for v in np.asarray(result, F32).ravel()],
    }


print(json.dumps([run(case) for case in json.load(sys.stdin)]))
