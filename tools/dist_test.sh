#!/usr/bin/env bash
# Tests in several processes: dist_test.sh CONFIG CHECKPOINT PROCESSES
# [OPTION...]. NNODES, NODE_RANK, MASTER_ADDR and PORT are torchrun's.
set -euo pipefail
config=$1
checkpoint=$2
processes=$3
exec "${PYTHON:-python}" -m torch.distributed.run \
    --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${PORT:-29500}" --nproc_per_node="$processes" \
    "$(dirname "$0")/test.py" "$config" "$checkpoint" \
    --launcher pytorch "${@:4}"
