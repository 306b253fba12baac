/** A pointer into the library; 0n or null is none. */
export type LibraryPointer = bigint;

const node = (name: string, rest: string) => `void *ggml_${name}(void *ctx, ${rest})`;
const unary = (name: string) => node(name, "void *a");
const binary = (name: string) => node(name, "void *a, void *b");
const rope =
  "void *a, void *positions, void *factors, int dims, int mode, int trained, float base, float scale, float extrapolation, float attention, float fast, float slow";

/** C declarations of what is called in libggml-base. Nodes of a graph take the context first. */
export const BASE_FUNCTIONS = {
  version: "const char *ggml_version()",
  commit: "const char *ggml_commit()",
  log_set: "void ggml_log_set(void *callback, void *data)",
  init: "void *ggml_init(ggml_init_params params)",
  free: "void ggml_free(void *ctx)",
  used_mem: "size_t ggml_used_mem(void *ctx)",
  tensor_overhead: "size_t ggml_tensor_overhead()",
  graph_overhead_custom: "size_t ggml_graph_overhead_custom(size_t size, bool grads)",
  row_size: "size_t ggml_row_size(int type, int64_t ne)",
  nbytes: "size_t ggml_nbytes(void *t)",
  new_tensor_4d: node("new_tensor_4d", "int type, int64_t a, int64_t b, int64_t c, int64_t d"),
  new_graph_custom: "void *ggml_new_graph_custom(void *ctx, size_t size, bool grads)",
  build_forward_expand: "void ggml_build_forward_expand(void *graph, void *t)",
  graph_n_nodes: "int ggml_graph_n_nodes(void *graph)",
  set_param: "void ggml_set_param(void *t)",
  set_input: "void ggml_set_input(void *t)",
  set_output: "void ggml_set_output(void *t)",
  quantize_chunk:
    "size_t ggml_quantize_chunk(int type, const float *from, void *to, int64_t start, int64_t rows, int64_t columns, const float *imatrix)",
  gallocr_new: "void *ggml_gallocr_new(void *bufferType)",
  gallocr_alloc_graph: "bool ggml_gallocr_alloc_graph(void *allocator, void *graph)",
  gallocr_reserve_n_size:
    "void ggml_gallocr_reserve_n_size(void *allocator, void *graph, const int *nodes, const int *leaves, _Out_ size_t *sizes)",
  gallocr_get_buffer_size: "size_t ggml_gallocr_get_buffer_size(void *allocator, int i)",
  gallocr_free: "void ggml_gallocr_free(void *allocator)",
  backend_alloc_ctx_tensors: "void *ggml_backend_alloc_ctx_tensors(void *ctx, void *backend)",
  backend_buffer_free: "void ggml_backend_buffer_free(void *buffer)",
  backend_buffer_clear: "void ggml_backend_buffer_clear(void *buffer, uint8_t value)",
  backend_buffer_get_size: "size_t ggml_backend_buffer_get_size(void *buffer)",
  backend_get_default_buffer_type: "void *ggml_backend_get_default_buffer_type(void *backend)",
  backend_get_device: "void *ggml_backend_get_device(void *backend)",
  backend_dev_backend_reg: "void *ggml_backend_dev_backend_reg(void *device)",
  backend_dev_name: "const char *ggml_backend_dev_name(void *device)",
  backend_dev_description: "const char *ggml_backend_dev_description(void *device)",
  backend_reg_get_proc_address: "void *ggml_backend_reg_get_proc_address(void *reg, const char *name)",
  backend_graph_compute: "int ggml_backend_graph_compute(void *backend, void *graph)",
  backend_tensor_set: "void ggml_backend_tensor_set(void *t, const void *data, size_t offset, size_t size)",
  backend_tensor_get:
    "void ggml_backend_tensor_get(void *t, _Out_ uint8_t *data, size_t offset, size_t size)",
  backend_tensor_memset:
    "void ggml_backend_tensor_memset(void *t, uint8_t value, size_t offset, size_t size)",
  backend_free: "void ggml_backend_free(void *backend)",
  add: binary("add"),
  add_inplace: binary("add_inplace"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: binary("div"),
  scale: node("scale", "void *a, float s"),
  scale_inplace: node("scale_inplace", "void *a, float s"),
  scale_bias: node("scale_bias", "void *a, float s, float b"),
  sqr: unary("sqr"),
  sqrt: unary("sqrt"),
  log: unary("log"),
  tanh: unary("tanh"),
  sum: unary("sum"),
  sum_rows: unary("sum_rows"),
  argmax: unary("argmax"),
  silu: unary("silu"),
  silu_back: binary("silu_back"),
  norm: node("norm", "void *a, float eps"),
  gelu: unary("gelu"),
  gelu_erf: unary("gelu_erf"),
  rms_norm: node("rms_norm", "void *a, float eps"),
  rms_norm_back: node("rms_norm_back", "void *gradient, void *a, float eps"),
  mul_mat: binary("mul_mat"),
  out_prod: binary("out_prod"),
  repeat: binary("repeat"),
  repeat_back: binary("repeat_back"),
  get_rows: binary("get_rows"),
  get_rows_back: node("get_rows_back", "void *gradient, void *rows, void *shape"),
  set_rows: node("set_rows", "void *a, void *values, void *rows"),
  cast: node("cast", "void *a, int type"),
  cpy: binary("cpy"),
  cont: unary("cont"),
  concat: node("concat", "void *a, void *b, int dim"),
  transpose: unary("transpose"),
  permute: node("permute", "void *a, int x, int y, int z, int w"),
  reshape_4d: node("reshape_4d", "void *a, int64_t x, int64_t y, int64_t z, int64_t w"),
  view_4d: node(
    "view_4d",
    "void *a, int64_t x, int64_t y, int64_t z, int64_t w, size_t nb1, size_t nb2, size_t nb3, size_t offset"
  ),
  soft_max_ext: node("soft_max_ext", "void *a, void *mask, float scale, float bias"),
  soft_max_ext_back: node("soft_max_ext_back", "void *gradient, void *y, float scale, float bias"),
  rope_ext: node("rope_ext", rope),
  rope_ext_back: node("rope_ext_back", rope),
  opt_step_adamw: node("opt_step_adamw", "void *w, void *gradient, void *m, void *v, void *settings")
} as const;

/** C declarations of what is called in libggml. */
export const REGISTRY_FUNCTIONS = {
  backend_load_all_from_path: "void ggml_backend_load_all_from_path(const char *path)",
  backend_init_by_type: "void *ggml_backend_init_by_type(int type, const char *settings)",
  backend_dev_count: "size_t ggml_backend_dev_count()",
  backend_dev_get: "void *ggml_backend_dev_get(size_t i)"
} as const;

type Functions<Declarations> = {
  // Every declared function takes numbers, pointers, text or typed arrays: koffi checks them against the declaration.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [Name in keyof Declarations]: ((...args: any[]) => any) & {async: (...args: any[]) => void};
};

export type BaseFunctions = Functions<typeof BASE_FUNCTIONS>;
export type RegistryFunctions = Functions<typeof REGISTRY_FUNCTIONS>;

/** Element types by ggml's numbers. */
export const TYPES = {F32: 0, F16: 1, Q4_0: 2, Q8_0: 8, I32: 26, I64: 27, BF16: 30} as const;
export type TypeName = keyof typeof TYPES;
