/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GROUNDPLAN_BATCH_H
#define GROUNDPLAN_BATCH_H

#include "linecount.h"

/* What became of one pair; the numbers are 0 unless it was counted. */
enum { PAIR_COUNTED, PAIR_IS_BINARY, PAIR_IS_MISSING };
typedef struct { int32_t state, added, deleted; } pair_result;

typedef enum { BATCH_DONE, BATCH_CUT_SHORT, BATCH_NO_MEMORY } batch_status;

/* Pairs of hexadecimal object ids: old and new of the first pair, of the second,
 * and so on, each id `id_size` bytes; an id of zeros is a file that is not there. */
typedef struct { const byte *ids; size_t count, id_size; } pair_list;

/* Writes the ids to ask `git cat-file --batch` for, each with a newline, to out
 * (room for 2 * count * (id_size + 1) bytes). Returns how many bytes. */
size_t list_requests(pair_list pairs, byte *out);

/* Counts the pairs from git's answers, read from `fd`. *done is how many have a
 * result: fewer than all if the answers end too soon. Thread-safe. */
batch_status count_answers(pair_list pairs, int fd, uint64_t seed, pair_result *results,
                           size_t *done);

#endif
