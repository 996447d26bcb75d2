/* SPDX-License-Identifier: Apache-2.0
 *
 * The Python face of linecount.c and batch.c: argument checks, the GIL, errors. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "batch.h"

/* Below this many bytes, handing over the GIL costs more than it gives. */
enum { WORTH_RELEASING = 16384 };

static uint64_t hash_seed;

/* Only bytes: what others cannot change while the GIL is released. */
static int as_span(PyObject *object, const char *name, span *out)
{
    char *data = NULL;
    Py_ssize_t size = 0;
    if (object != Py_None) {
        if (!PyBytes_Check(object)) {
            PyErr_Format(PyExc_TypeError, "%s must be bytes or None", name);
            return 0;
        }
        if (PyBytes_AsStringAndSize(object, &data, &size) < 0)
            return 0;
    }
    /* A missing file is an empty one; give it a valid address. */
    out->start = data ? (const byte *)data : (const byte *)"";
    out->end = out->start + size;
    return 1;
}

static PyObject *count(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    span old, new_;
    line_counts counts;
    count_status status;
    (void)module;
    if (nargs != 2) {
        PyErr_Format(PyExc_TypeError, "count() takes 2 positional arguments (%zd given)", nargs);
        return NULL;
    }
    if (!as_span(args[0], "old", &old) || !as_span(args[1], "new", &new_))
        return NULL;
    if ((old.end - old.start) + (new_.end - new_.start) < WORTH_RELEASING) {
        status = count_changed_lines(old, new_, hash_seed, &counts);
    } else {
        Py_BEGIN_ALLOW_THREADS
        status = count_changed_lines(old, new_, hash_seed, &counts);
        Py_END_ALLOW_THREADS
    }
    if (status == NO_MEMORY)
        return PyErr_NoMemory();
    if (status == IS_BINARY)
        Py_RETURN_NONE;
    return Py_BuildValue("(ii)", (int)counts.added, (int)counts.deleted);
}

/* Bytes with the ids of pairs, and the size of an id. */
static int as_pairs(PyObject *bytes, PyObject *id_size, pair_list *out)
{
    char *data;
    Py_ssize_t size, width = PyLong_AsSsize_t(id_size);
    if ((width == -1 && PyErr_Occurred()) || PyBytes_AsStringAndSize(bytes, &data, &size) < 0)
        return 0;
    if (width <= 0 || size % (2 * width)) {
        PyErr_SetString(PyExc_ValueError, "ids must be pairs of ids of one size");
        return 0;
    }
    out->ids = (const byte *)data;
    out->id_size = (size_t)width;
    out->count = (size_t)(size / (2 * width));
    return 1;
}

static PyObject *requests(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    pair_list pairs;
    byte *listed;
    size_t size;
    PyObject *result;
    (void)module;
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "requests() takes 2 positional arguments (%zd given)",
                            nargs);
    if (!as_pairs(args[0], args[1], &pairs))
        return NULL;
    listed = PyMem_Malloc(2 * pairs.count * (pairs.id_size + 1) + 1);
    if (!listed)
        return PyErr_NoMemory();
    size = list_requests(pairs, listed);
    result = PyBytes_FromStringAndSize((const char *)listed, (Py_ssize_t)size);
    PyMem_Free(listed);
    return result;
}

static PyObject *count_pairs(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    pair_list pairs;
    pair_result *results;
    batch_status status;
    size_t done;
    int fd;
    PyObject *result;
    (void)module;
    if (nargs != 3)
        return PyErr_Format(PyExc_TypeError,
                            "count_pairs() takes 3 positional arguments (%zd given)", nargs);
    if (!as_pairs(args[0], args[1], &pairs))
        return NULL;
    fd = (int)PyLong_AsLong(args[2]);
    if (fd == -1 && PyErr_Occurred())
        return NULL;
    results = PyMem_Malloc(pairs.count * sizeof *results + 1);
    if (!results)
        return PyErr_NoMemory();
    Py_BEGIN_ALLOW_THREADS
    status = count_answers(pairs, fd, hash_seed, results, &done);
    Py_END_ALLOW_THREADS
    result = status == BATCH_NO_MEMORY
        ? PyErr_NoMemory()
        : PyBytes_FromStringAndSize((const char *)results, (Py_ssize_t)(done * sizeof *results));
    PyMem_Free(results);
    return result;
}

PyDoc_STRVAR(requests_doc,
"requests(ids, id_size, /)\n--\n\n"
"Return the lines to give to `git cat-file --batch` for count_pairs().");

PyDoc_STRVAR(count_pairs_doc,
"count_pairs(ids, id_size, fd, /)\n--\n\n"
"Count many pairs of blobs from what `git cat-file --batch` answers on fd to\n"
"requests(). Return three 32-bit integers for each pair: 0 counted, 1 binary or\n"
"2 missing, then added and deleted lines; for fewer pairs if the answers end\n"
"too soon, because git gave up on a damaged object.");

PyDoc_STRVAR(count_doc,
"count(old, new, /)\n--\n\n"
"Return (added, deleted), the lines that `git log --numstat` counts from old to\n"
"new, or None if git takes either side for binary. None as an argument means\n"
"that the file does not exist on that side.");

static PyMethodDef methods[] = {
    { "count", (PyCFunction)(void (*)(void))count, METH_FASTCALL, count_doc },
    { "requests", (PyCFunction)(void (*)(void))requests, METH_FASTCALL, requests_doc },
    { "count_pairs", (PyCFunction)(void (*)(void))count_pairs, METH_FASTCALL, count_pairs_doc },
    { NULL, NULL, 0, NULL }
};

/* Python's own string hash is keyed at random; so are our line hashes then. */
static int prepare(PyObject *module)
{
    PyObject *text = PyUnicode_FromString("groundplan_linecount");
    (void)module;
    if (!text)
        return -1;
    hash_seed = (uint64_t)PyObject_Hash(text);
    Py_DECREF(text);
    return 0;
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, (void *)prepare },
#ifdef Py_GIL_DISABLED
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
#endif
    { 0, NULL }
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "groundplan_linecount._native", .m_methods = methods,
    .m_slots = slots
};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&definition); }
