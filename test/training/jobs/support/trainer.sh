# A trainer in small: says that it began, prints figures as Hugging Face's trainer does, leaves an adapter.
echo "$ASSAY_JOB" >> "$ASSAY_FOLDER/begun"
for step in 1 2 3 4 5; do
  echo "{'loss': '0.$((9 - step))', 'grad_norm': 1.5e-01, 'learning_rate': 0.0002, 'epoch': 0.$step}"
  sleep "${TRAINER_PAUSE:-0.05}"
done
(cd "$ASSAY_FOLDER" && sha256sum --quiet -c SHA256SUMS) || exit 3
mkdir -p "$ASSAY_OUTPUT"
printf '{"peft_type": "LORA", "base_model_name_or_path": "base-model"}' > "$ASSAY_OUTPUT/adapter_config.json"
printf 'weights' > "$ASSAY_OUTPUT/adapter_model.safetensors"
