/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GROUNDPLAN_LINECOUNT_H
#define GROUNDPLAN_LINECOUNT_H

#include <stddef.h>
#include <stdint.h>

typedef unsigned char byte;
typedef struct { const byte *start, *end; } span; /* [start, end) */
typedef struct { int32_t added, deleted; } line_counts;
typedef enum { COUNTED, IS_BINARY, NO_MEMORY } count_status;

/* Lines added and deleted between two texts, as `git log --numstat` has them.
 * The seed only varies the hash function. Thread-safe; knows nothing of Python. */
count_status count_changed_lines(span old, span new_, uint64_t seed, line_counts *counts);

#endif
