/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts added and deleted lines exactly as `git log --numstat` does.
 *
 * The search is the linear-space variant of
 *     E. W. Myers, "An O(ND) Difference Algorithm and Its Variations",
 *     Algorithmica 1 (1986), pp. 251-266.
 * All minimal edit scripts have the same numbers of insertions and deletions,
 * so any correct search would do, but git's scripts are not always minimal:
 *
 *   1. Discards. Before it searches, git sets aside the lines that the other
 *      file lacks, and very frequent lines that stand among those.
 *   2. Cut-offs. A search that becomes expensive divides the problem at a good
 *      point rather than at the best.
 *
 * Both are reproduced here to the letter, ties included. The time goes into
 * numbering lines, so that is only done between the common ends of the texts.
 */
#include "linecount.h"

#include <stdlib.h>
#include <string.h>

enum {
    LOOK_AT = 8000,       /* a NUL in as many first bytes makes a file binary */
    FREQUENT_AT = 1024,   /* occurrences that always make a line frequent */
    NEIGHBOURS = 100,     /* lines on each side that decide about a discard */
    CHEAP = 256,          /* rounds of search before any cut-off */
    SNAKE = 20,           /* equal lines in a row that make a point promising */
    GAIN = 2              /* ... if it also got this many lines per round in both */
};

/* git's default core.bigFileThreshold: larger files are binary. Line numbers,
 * and their sums over two files, therefore fit an int32_t. */
static const size_t BIG_FILE = (size_t)512 << 20;

/* ---- bytes and lines ---------------------------------------------------- */

static size_t size_of(span s) { return (size_t)(s.end - s.start); }

static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

static void *new_array(size_t count, size_t size)
{
    return count <= SIZE_MAX / size ? malloc(count * size) : NULL;
}

/* The start of the line after the one at p. */
static const byte *next_line(const byte *p, const byte *end)
{
    const byte *newline = memchr(p, '\n', (size_t)(end - p));
    return newline ? newline + 1 : end;
}

static int32_t count_lines(span s)
{
    enum { BLOCK = 240 }; /* its sum fits a byte, which compilers vectorise well */
    const byte *p = s.start;
    int32_t lines = s.end > p && s.end[-1] != '\n';
    for (; s.end - p >= BLOCK; p += BLOCK) {
        byte sum = 0;
        for (int i = 0; i < BLOCK; i++)
            sum = (byte)(sum + (p[i] == '\n'));
        lines += sum;
    }
    for (; p < s.end; p++)
        lines += *p == '\n';
    return lines;
}

/* Strips the lines that two texts share at their ends: first as many as
 * possible at the start, then at the end. */
static void strip_common(span *a, span *b)
{
    size_t limit = size_of(*a) < size_of(*b) ? size_of(*a) : size_of(*b), n = 0;
    for (size_t block = 4096; block; block /= 16)
        while (limit - n >= block && !memcmp(a->start + n, b->start + n, block))
            n += block;
    while (n > 0 && a->start[n - 1] != '\n')
        n--;
    a->start += n;
    b->start += n;
    limit -= n;
    n = 0;
    for (size_t block = 4096; block; block /= 16)
        while (limit - n >= block && !memcmp(a->end - n - block, b->end - n - block, block))
            n += block;
    const byte *p = a->end - n, *q = b->end - n;
    if ((p > a->start && p[-1] != '\n') || (q > b->start && q[-1] != '\n'))
        p = next_line(p, a->end); /* the first equal bytes were half a line */
    b->end -= a->end - p;
    a->end = p;
}

/* ---- numbering: equal lines form a class -------------------------------- */

typedef struct {
    uint64_t hash;
    const byte *text;
    int32_t size;
    int32_t last;    /* its last line in the old middle */
    int32_t seen[2]; /* its occurrences in the old and the new text */
} line_class;

typedef struct {
    uint64_t seed;
    line_class *classes;
    uint32_t *slots; /* open addressing: class number + 1, or 0 if empty */
    uint32_t used, mask;
} line_table;

static uint64_t mix(uint64_t hash, const byte *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

static uint64_t hash_line(const byte *p, int32_t size, uint64_t seed)
{
    byte padded[8] = { 0 };
    uint64_t hash = seed + (uint64_t)size;
    if (size < 8) {
        for (int32_t i = 0; i < size; i++)
            padded[i] = p[i];
        return mix(hash, padded);
    }
    for (const byte *last = p + size - 8; p < last; p += 8, size -= 8)
        hash = mix(hash, p);
    return mix(hash, p + size - 8); /* may overlap the word before */
}

/* The slot that has this line's class, or the empty one that it belongs in. */
static uint32_t *find_slot(const line_table *t, const byte *text, int32_t size, uint64_t hash)
{
    for (uint32_t i = (uint32_t)hash;; i++) {
        uint32_t *slot = &t->slots[i & t->mask];
        if (!*slot)
            return slot;
        const line_class *c = &t->classes[*slot - 1];
        if (c->hash == hash && c->size == size && !memcmp(c->text, text, (size_t)size))
            return slot;
    }
}

static uint32_t class_of(line_table *t, const byte *text, int32_t size)
{
    uint64_t hash = hash_line(text, size, t->seed);
    uint32_t *slot = find_slot(t, text, size, hash);
    if (!*slot) {
        line_class added = { hash, text, size, 0, { 0, 0 } };
        t->classes[t->used] = added;
        *slot = ++t->used;
    }
    return *slot - 1;
}

/* Sets a[i] to the class of line i. */
static void number_old(line_table *t, span s, uint32_t *a)
{
    for (int32_t i = 0; s.start < s.end; i++) {
        const byte *end = next_line(s.start, s.end);
        a[i] = class_of(t, s.start, (int32_t)(end - s.start));
        t->classes[a[i]].seen[0]++;
        t->classes[a[i]].last = i;
        s.start = end;
    }
}

/* Sets b[i] for the new text. Most lines follow each other as in a[0..n), the
 * old ones, so it first tries the line that should be next: to compare is
 * cheaper than to hash. Returns the size of some common subsequence. */
static int32_t number_new(line_table *t, span s, uint32_t *b, const uint32_t *a, int32_t n)
{
    int32_t common = 0, free_from = 0;
    for (int32_t next = 0; s.start < s.end; next++) {
        uint32_t number = next < n ? a[next] : 0;
        line_class *c = &t->classes[number];
        int32_t size = c->size;
        if (next >= n || size > s.end - s.start || memcmp(c->text, s.start, (size_t)size)
            || (s.start[size - 1] != '\n' && size != s.end - s.start)) {
            size = (int32_t)(next_line(s.start, s.end) - s.start);
            number = class_of(t, s.start, size);
            c = &t->classes[number];
            if (c->seen[0] == 1)
                next = c->last; /* only an unambiguous line can tell where we are */
        }
        if (next >= free_from && next < n && a[next] == number) {
            common++;
            free_from = next + 1;
        }
        c->seen[1]++;
        *b++ = number;
        s.start += size;
    }
    return common;
}

/* Adds the occurrences in a part that both texts share; returns its lines. */
static int32_t add_shared(line_table *t, span s)
{
    int32_t lines = 0;
    for (; s.start < s.end; lines++) {
        const byte *end = next_line(s.start, s.end);
        int32_t size = (int32_t)(end - s.start);
        uint32_t slot = *find_slot(t, s.start, size, hash_line(s.start, size, t->seed));
        if (slot) {
            t->classes[slot - 1].seen[0]++;
            t->classes[slot - 1].seen[1]++;
        }
        s.start = end;
    }
    return lines;
}

/* ---- discards ----------------------------------------------------------- */

/* A lone line does not occur in the other text at all; a frequent one occurs
 * there about as often as the square root of this text's lines. */
enum { ORDINARY, LONE, FREQUENT };

/* The smallest power of two above the square root. */
static int32_t rough_root(int32_t n)
{
    int32_t root = 1;
    while ((int64_t)root * root <= n)
        root *= 2;
    return root;
}

/* Tallies the lines from i in one direction up to an ordinary one. Returns
 * whether there was a lone one. */
static int tally(const byte *kind, int32_t n, int32_t i, int step, int32_t count[3])
{
    int32_t before = count[LONE];
    for (int k = 0; k < NEIGHBOURS; k++) {
        i += step;
        if (i < 0 || i >= n || kind[i] == ORDINARY)
            break;
        count[kind[i]]++;
    }
    return count[LONE] > before;
}

/* Reduces lines[0..n) to those that git searches; returns their number. A
 * frequent line goes if there are lone lines before and after it, and more
 * than three of them for each frequent line, where it counts twice itself. */
static int32_t discard(uint32_t *lines, int32_t n, const line_table *t, int other,
                       int32_t frequent, byte *kind)
{
    int32_t kept = 0;
    for (int32_t i = 0; i < n; i++) {
        int32_t seen = t->classes[lines[i]].seen[other];
        kind[i] = seen == 0 ? LONE : seen >= frequent ? FREQUENT : ORDINARY;
    }
    for (int32_t i = 0; i < n; i++) {
        int32_t count[3] = { 0, 0, 2 };
        int gone = kind[i] == LONE
            || (kind[i] == FREQUENT && tally(kind, n, i, -1, count)
                && tally(kind, n, i, 1, count) && count[LONE] > 3 * count[FREQUENT]);
        lines[kept] = lines[i];
        kept += !gone;
    }
    return kept;
}

/* Whether a line that both middles have could be discarded, whatever is lone
 * or frequent once the common ends count too. Such a line would be within a
 * stretch that begins and ends with lines that only this middle has, with more
 * than 3 * (1 + all others in it) of them. `here` and `across` are the best
 * scores (+1 for such a line, -3 for another) of stretches that end at line i
 * and have none of the others, or some. */
static int may_discard(const uint32_t *lines, int32_t n, const line_table *t, int other)
{
    int64_t here = INT32_MIN, across = INT32_MIN;
    for (int32_t i = 0; i < n; i++) {
        if (t->classes[lines[i]].seen[other]) {
            across = (here > across ? here : across) - 3;
            here = INT32_MIN;
        } else {
            here = here > 0 ? here + 1 : 1;
            if (++across > 3)
                return 1;
        }
    }
    return 0;
}

/* ---- the search --------------------------------------------------------- */

/* Between which lines to divide a box: x old and y new lines are on the near
 * side. The minimal sides must be searched without cut-offs. */
typedef struct { int32_t x, y; int near_minimal, far_minimal; } division;

/* Two searches work towards each other in a box of n old and m new lines. Each
 * sees it from its own corner, so the backward one is a forward search on
 * reversed texts. Diagonal d has the points with x - y == d. */
typedef struct {
    const uint32_t *a, *b; /* line x is a[x * step] */
    int32_t n, m;
    int32_t *reach;        /* furthest x per diagonal, from -m - 1 to n + 1 */
    int32_t low, high;     /* every second diagonal from low to high is in use */
    int step;              /* 1 forward, -1 backward */
    int long_snake;        /* one was found in this round */
} search;

/* Diagonals in use, in the order of the forward search whatever the direction:
 * it decides between equally good points. */
#define EACH_DIAGONAL(d, s) \
    int32_t d = (s)->step > 0 ? (s)->high : (s)->low; \
    (s)->low <= d && d <= (s)->high; d -= 2 * (s)->step

/* One more edit on every diagonal. Stops with 1 at the first point where the
 * searches meet, if `parity` allows it. A constant `step` makes fast copies. */
static inline int advance(search *s, const int step, const search *other, int parity,
                          division *cut)
{
    /* One diagonal more at each end or, at the edge of the box, one less. */
    if (s->low > -s->m)
        s->reach[--s->low - 1] = -1;
    else
        s->low++;
    if (s->high < s->n)
        s->reach[++s->high + 1] = -1;
    else
        s->high--;
    s->long_snake = 0;
    for (EACH_DIAGONAL(d, s)) {
        int32_t by_deletion = s->reach[d - 1] + 1, by_insertion = s->reach[d + 1];
        int32_t start = by_deletion > by_insertion ? by_deletion : by_insertion;
        int32_t x = start, edge = smaller(s->n, s->m + d), mirror = s->n - s->m - d;
        while (x < edge && s->a[(ptrdiff_t)x * step] == s->b[((ptrdiff_t)x - d) * step])
            x++;
        s->long_snake |= x - start > SNAKE;
        s->reach[d] = x;
        if (parity && other->low <= mirror && mirror <= other->high
            && x + other->reach[mirror] >= s->n) {
            cut->x = x;
            cut->y = x - d;
            return 1;
        }
    }
    return 0;
}

static int ends_snake(const search *s, int32_t x, int32_t y)
{
    for (ptrdiff_t i = 1; i <= SNAKE; i++)
        if (s->a[(x - i) * s->step] != s->b[(y - i) * s->step])
            return 0;
    return 1;
}

/* The best point that ends a long snake and got far for its cost, if any. That
 * is judged by the text in which it got less far; the snake fits, since even
 * there it is beyond GAIN * CHEAP lines. */
static int promising(const search *s, int32_t round, division *cut)
{
    int32_t least = GAIN * round, best = least;
    for (EACH_DIAGONAL(d, s)) {
        int32_t x = s->reach[d], y = x - d, far = smaller(x, y);
        if (far > best && x < s->n && y < s->m && ends_snake(s, x, y)) {
            best = far;
            cut->x = x;
            cut->y = y;
        }
    }
    return best > least;
}

/* Finds the point with the most lines behind it, and returns their number. */
static int32_t furthest(const search *s, division *cut)
{
    int32_t best = -1;
    for (EACH_DIAGONAL(d, s)) {
        int32_t x = smaller(smaller(s->reach[d], s->n), s->m + d);
        if (x + x - d > best) {
            best = x + x - d;
            cut->x = x;
            cut->y = x - d;
        }
    }
    return best;
}

static division seen_from_near(division far_cut, int32_t n, int32_t m)
{
    division cut = { n - far_cut.x, m - far_cut.y, far_cut.far_minimal, far_cut.near_minimal };
    return cut;
}

/* Divides a box. Both its sides must be positive; the first lines of the two
 * texts must differ, and the last. `reach` has room for 2 * (n + m + 3). */
static division divide(const uint32_t *a, int32_t n, const uint32_t *b, int32_t m,
                       int minimal, int32_t most_rounds, int32_t *reach)
{
    search ahead = { a, b, n, m, reach + m + 1, 0, 0, 1, 0 };
    search back = { a + n - 1, b + m - 1, n, m, ahead.reach + n + m + 3, 0, 0, -1, 0 };
    int odd = (n - m) & 1;
    ahead.reach[0] = back.reach[0] = 0;
    for (int32_t round = 1;; round++) {
        division cut = { 0, 0, 1, 1 }, back_cut;
        if (advance(&ahead, 1, &back, odd, &cut))
            return cut;
        if (advance(&back, -1, &ahead, !odd, &cut))
            return seen_from_near(cut, n, m);
        if (minimal)
            continue;
        cut.far_minimal = 0; /* cut-offs: only behind the point all is explored */
        if (round > CHEAP && (ahead.long_snake || back.long_snake)) {
            if (promising(&ahead, round, &cut))
                return cut;
            if (promising(&back, round, &cut))
                return seen_from_near(cut, n, m);
        }
        if (round >= most_rounds) {
            back_cut = cut;
            if (furthest(&ahead, &cut) > furthest(&back, &back_cut))
                return cut;
            return seen_from_near(back_cut, n, m);
        }
    }
}

/* Old lines x0 to x1 and new lines y0 to y1. */
typedef struct { int32_t x0, x1, y0, y1; int minimal; } box;

/* Adds the edits between a[0..n) and b[0..m). */
static count_status count_edits(const uint32_t *a, int32_t n, const uint32_t *b, int32_t m,
                                line_counts *counts)
{
    /* Any order will do; smaller halves first, so log2(n + m) boxes wait. */
    box todo[64] = { { 0, n, 0, m, 0 } };
    int32_t root = rough_root(n + m + 3), most_rounds = root > CHEAP ? root : CHEAP;
    int32_t *reach = new_array((size_t)n + (size_t)m + 3, 2 * sizeof *reach);
    if (!reach)
        return NO_MEMORY;
    for (int waiting = 1; waiting > 0;) {
        box t = todo[--waiting];
        while (t.x0 < t.x1 && t.y0 < t.y1 && a[t.x0] == b[t.y0])
            t.x0++, t.y0++;
        while (t.x0 < t.x1 && t.y0 < t.y1 && a[t.x1 - 1] == b[t.y1 - 1])
            t.x1--, t.y1--;
        if (t.x0 == t.x1 || t.y0 == t.y1) {
            counts->deleted += t.x1 - t.x0;
            counts->added += t.y1 - t.y0;
            continue;
        }
        division cut = divide(a + t.x0, t.x1 - t.x0, b + t.y0, t.y1 - t.y0, t.minimal,
                              most_rounds, reach);
        int32_t x = t.x0 + cut.x, y = t.y0 + cut.y;
        box near_half = { t.x0, x, t.y0, y, cut.near_minimal };
        box far_half = { x, t.x1, y, t.y1, cut.far_minimal };
        int near_first = cut.x + cut.y < (t.x1 - x) + (t.y1 - y);
        todo[waiting++] = near_first ? far_half : near_half;
        todo[waiting++] = near_first ? near_half : far_half;
    }
    free(reach);
    return COUNTED;
}

/* ---- all together ------------------------------------------------------- */

/* Counts between the middles `old` and `new_`, neither empty, of texts that
 * share the lines `before` and `after` them. */
static count_status count_middle(span old, span new_, span before, span after, uint64_t seed,
                                 line_counts *counts)
{
    count_status status = NO_MEMORY;
    int32_t n = count_lines(old), m = count_lines(new_);
    int32_t often_old = INT32_MAX, often_new = INT32_MAX;
    size_t lines = (size_t)n + (size_t)m, slots = 16;
    while (slots < lines * 2)
        slots *= 2;
    line_table t = { seed, NULL, NULL, 0, (uint32_t)(slots - 1) };
    byte *kind = new_array(lines, sizeof *kind);
    uint32_t *a = new_array(lines, sizeof *a), *b;
    t.classes = new_array(lines, sizeof *t.classes);
    t.slots = calloc(slots, sizeof *t.slots);
    if (!kind || !a || !t.classes || !t.slots)
        goto done;
    number_old(&t, old, a);
    b = a + n;
    int32_t most_edits = n + m - 2 * number_new(&t, new_, b, a, n);
    /* Without discards, and with too few edits for cut-offs, the script is a
     * minimal one and the common ends do not matter. */
    if (most_edits > 2 * CHEAP || may_discard(a, n, &t, 1) || may_discard(b, m, &t, 0)) {
        int32_t shared = add_shared(&t, before) + add_shared(&t, after);
        often_old = smaller(rough_root(shared + n), FREQUENT_AT);
        often_new = smaller(rough_root(shared + m), FREQUENT_AT);
    }
    int32_t kept_old = discard(a, n, &t, 1, often_old, kind);
    int32_t kept_new = discard(b, m, &t, 0, often_new, kind);
    counts->deleted = n - kept_old;
    counts->added = m - kept_new;
    status = count_edits(a, kept_old, b, kept_new, counts);
done:
    free(t.slots);
    free(t.classes);
    free(a);
    free(kind);
    return status;
}

static int is_binary(span s)
{
    size_t size = size_of(s);
    return size > BIG_FILE || (size && memchr(s.start, 0, size < LOOK_AT ? size : LOOK_AT));
}

count_status count_changed_lines(span old, span new_, uint64_t seed, line_counts *counts)
{
    span a = old, b = new_;
    if (is_binary(old) || is_binary(new_))
        return IS_BINARY;
    strip_common(&a, &b);
    if (a.start == a.end || b.start == b.end) {
        counts->deleted = count_lines(a);
        counts->added = count_lines(b);
        return COUNTED;
    }
    span before = { old.start, a.start }, after = { a.end, old.end };
    return count_middle(a, b, before, after, seed, counts);
}
