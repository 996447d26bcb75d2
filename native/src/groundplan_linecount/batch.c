/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts many pairs of blobs from one stream, that of `git cat-file --batch`.
 *
 * Pairs come in an order in which the old side of one is often the new side of
 * the next, so a few blobs are kept, and only those not kept are asked for.
 * list_requests() and count_answers() make the same choices, without and with
 * contents; neither may depend on what an answer says. */
#include "batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    KEPT = 16,                 /* blobs */
    READ_AT_ONCE = 256 * 1024, /* bytes */
    LOOK_AT = 8000,            /* a NUL in as many first bytes makes a file binary */
    HEAD = 256                 /* bytes of a line that announces a blob, and more */
};

static const uint64_t BIG_FILE = (uint64_t)512 << 20; /* larger files are binary to git */

/* ---- answers ------------------------------------------------------------ */

typedef struct {
    int fd;
    size_t at, end;
    byte bytes[READ_AT_ONCE];
} stream;

/* Reads up to `size` bytes; 0 at the end, or if reading fails. */
static size_t read_some(int fd, byte *out, size_t size)
{
    for (;;) {
        ssize_t got = read(fd, out, size);
        if (got >= 0)
            return (size_t)got;
        if (errno != EINTR)
            return 0;
    }
}

static int refill(stream *s)
{
    if (s->at == s->end) {
        s->at = 0;
        s->end = read_some(s->fd, s->bytes, sizeof s->bytes);
    }
    return s->at < s->end;
}

/* Takes the next `size` bytes; to nowhere if `out` is null. */
static int take(stream *s, byte *out, uint64_t size)
{
    while (size) {
        size_t had = s->end - s->at;
        if (out && !had && size >= sizeof s->bytes) {
            size_t got = read_some(s->fd, out, (size_t)size);
            if (!got)
                return 0;
            out += got;
            size -= got;
            continue;
        }
        if (!refill(s))
            return 0;
        had = s->end - s->at;
        if (had > size)
            had = (size_t)size;
        if (out) {
            memcpy(out, s->bytes + s->at, had);
            out += had;
        }
        s->at += had;
        size -= had;
    }
    return 1;
}

/* Takes a line without its newline, as a string. */
static int take_line(stream *s, char line[HEAD])
{
    for (size_t n = 0; n < HEAD - 1 && refill(s); n++) {
        line[n] = (char)s->bytes[s->at++];
        if (line[n] == '\n') {
            line[n] = 0;
            return 1;
        }
    }
    return 0;
}

/* ---- kept blobs --------------------------------------------------------- */

typedef enum { TEXT, BINARY, MISSING } blob_kind;

typedef struct {
    const byte *id; /* null: an empty place */
    byte *text;     /* of TEXT only */
    size_t size;
    uint64_t used;
    blob_kind kind;
} blob;

typedef struct { blob blobs[KEPT]; uint64_t clock; } shelf;

static int is_absent(const byte *id, size_t id_size)
{
    for (size_t i = 0; i < id_size; i++)
        if (id[i] != '0')
            return 0;
    return 1;
}

/* The place of a blob, which becomes its own if it has none: that of the one
 * not used for longest. `spared` is never taken. */
static blob *place_of(shelf *kept, const byte *id, size_t id_size, const blob *spared, int *found)
{
    blob *oldest = NULL;
    *found = 1;
    for (blob *b = kept->blobs; b < kept->blobs + KEPT; b++) {
        if (b->id && !memcmp(b->id, id, id_size)) {
            b->used = ++kept->clock;
            return b;
        }
        if (b != spared && (!oldest || b->used < oldest->used))
            oldest = b;
    }
    *found = 0;
    free(oldest->text);
    oldest->text = NULL;
    oldest->id = id;
    oldest->used = ++kept->clock;
    return oldest;
}

/* Reads the answer about a blob. */
static batch_status take_blob(stream *s, blob *b)
{
    char line[HEAD], *size_text;
    if (!take_line(s, line))
        return BATCH_CUT_SHORT;
    b->kind = MISSING;
    size_text = strrchr(line, ' ');
    if (!size_text || size_text[1] < '0' || size_text[1] > '9')
        return BATCH_DONE; /* "<id> missing" */
    uint64_t size = strtoull(size_text + 1, NULL, 10);
    b->kind = BINARY;
    if (size > BIG_FILE)
        return take(s, NULL, size + 1) ? BATCH_DONE : BATCH_CUT_SHORT;
    b->size = (size_t)size;
    b->text = malloc(b->size + 1);
    if (!b->text)
        return BATCH_NO_MEMORY;
    if (!take(s, b->text, size + 1))
        return BATCH_CUT_SHORT;
    if (memchr(b->text, 0, b->size < LOOK_AT ? b->size : LOOK_AT)) {
        free(b->text); /* large files are mostly binary, and need not be kept */
        b->text = NULL;
    } else {
        b->kind = TEXT;
    }
    return BATCH_DONE;
}

/* ---- pairs -------------------------------------------------------------- */

size_t list_requests(pair_list pairs, byte *out)
{
    shelf kept = { 0 };
    byte *end = out;
    for (size_t i = 0; i < pairs.count; i++) {
        const blob *spared = NULL;
        for (int side = 0; side < 2; side++) {
            const byte *id = pairs.ids + (2 * i + (size_t)side) * pairs.id_size;
            int found;
            if (is_absent(id, pairs.id_size))
                continue;
            spared = place_of(&kept, id, pairs.id_size, spared, &found);
            if (!found) {
                memcpy(end, id, pairs.id_size);
                end += pairs.id_size;
                *end++ = '\n';
            }
        }
    }
    return (size_t)(end - out);
}

static batch_status compare(const blob *old, const blob *new_, uint64_t seed, pair_result *result)
{
    static const byte nothing[1] = { 0 };
    const blob *sides[2] = { old, new_ };
    span texts[2];
    line_counts counts = { 0, 0 };
    result->added = result->deleted = 0;
    result->state = PAIR_COUNTED;
    for (int side = 0; side < 2; side++) {
        const blob *b = sides[side];
        if (b && b->kind == MISSING)
            result->state = PAIR_IS_MISSING;
        if (b && b->kind == BINARY && result->state != PAIR_IS_MISSING)
            result->state = PAIR_IS_BINARY;
        texts[side].start = b && b->text ? b->text : nothing;
        texts[side].end = texts[side].start + (b && b->text ? b->size : 0);
    }
    if (result->state != PAIR_COUNTED)
        return BATCH_DONE;
    if (count_changed_lines(texts[0], texts[1], seed, &counts) == NO_MEMORY)
        return BATCH_NO_MEMORY;
    result->added = counts.added;
    result->deleted = counts.deleted;
    return BATCH_DONE;
}

batch_status count_answers(pair_list pairs, int fd, uint64_t seed, pair_result *results,
                           size_t *done)
{
    batch_status status = BATCH_DONE;
    shelf kept = { 0 };
    stream *s = malloc(sizeof *s);
    *done = 0;
    if (!s)
        return BATCH_NO_MEMORY;
    s->fd = fd;
    s->at = s->end = 0;
    while (*done < pairs.count && status == BATCH_DONE) {
        blob *sides[2] = { NULL, NULL };
        for (int side = 0; side < 2 && status == BATCH_DONE; side++) {
            const byte *id = pairs.ids + (2 * *done + (size_t)side) * pairs.id_size;
            int found;
            if (is_absent(id, pairs.id_size))
                continue;
            sides[side] = place_of(&kept, id, pairs.id_size, sides[0], &found);
            if (!found)
                status = take_blob(s, sides[side]);
        }
        if (status == BATCH_DONE)
            status = compare(sides[0], sides[1], seed, &results[*done]);
        *done += status == BATCH_DONE;
    }
    for (int i = 0; i < KEPT; i++)
        free(kept.blobs[i].text);
    free(s);
    return status;
}
