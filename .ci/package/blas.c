/* Stands in for the OpenBLAS that OpenCV's wheel brings along (40 MB): it hands the 19 routines that cv2 calls to the
 * OpenBLAS of NumPy, which is in the package anyway. That one has 64-bit integers, so every integer is widened on the way
 * in and narrowed on the way out. Compiled by lighten.py, which tries it against the original. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

typedef int64_t wide;

/* --- CBLAS: integers are passed by value; the three enums stay as they are ---------------------------------------- */

#define GEMM(name, scalar, type)                                                                                         \
    void scipy_##name##64_(int, int, int, wide, wide, wide, scalar, const type *, wide, const type *, wide, scalar,      \
                           type *, wide);                                                                                \
    void name(int order, int ta, int tb, int m, int n, int k, scalar alpha, const type *a, int lda, const type *b,       \
              int ldb, scalar beta, type *c, int ldc)                                                                    \
    {                                                                                                                    \
        scipy_##name##64_(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);                                  \
    }
GEMM(cblas_sgemm, float, float)
GEMM(cblas_dgemm, double, double)
GEMM(cblas_cgemm, const void *, void)
GEMM(cblas_zgemm, const void *, void)

/* --- LAPACK: everything is passed by reference; Fortran's hidden lengths of the one-letter texts come last ----------- */

static void narrow(int *out, const wide *in, wide count)
{
    for (wide i = 0; i < count; i++) out[i] = (int)in[i];
}

/* Room for `count` integers; without memory the process ends, as it would in OpenBLAS itself. */
static wide *room(wide count)
{
    wide *found = malloc((size_t)(count > 0 ? count : 1) * sizeof(wide));
    if (!found) abort();
    return found;
}

#define LAPACK(p, type)                                                                                                  \
    void scipy_##p##gesv_64_(const wide *, const wide *, type *, const wide *, wide *, type *, const wide *, wide *);    \
    void p##gesv_(const int *n, const int *nrhs, type *a, const int *lda, int *ipiv, type *b, const int *ldb, int *info) \
    {                                                                                                                    \
        wide n_ = *n, nrhs_ = *nrhs, lda_ = *lda, ldb_ = *ldb, info_ = 0, *ipiv_ = room(n_);                             \
        scipy_##p##gesv_64_(&n_, &nrhs_, a, &lda_, ipiv_, b, &ldb_, &info_);                                             \
        if (info_ >= 0) narrow(ipiv, ipiv_, n_);                                                                         \
        free(ipiv_);                                                                                                     \
        *info = (int)info_;                                                                                              \
    }                                                                                                                    \
    void scipy_##p##getrf_64_(const wide *, const wide *, type *, const wide *, wide *, wide *);                         \
    void p##getrf_(const int *m, const int *n, type *a, const int *lda, int *ipiv, int *info)                            \
    {                                                                                                                    \
        wide m_ = *m, n_ = *n, lda_ = *lda, info_ = 0, least = m_ < n_ ? m_ : n_, *ipiv_ = room(least);                  \
        scipy_##p##getrf_64_(&m_, &n_, a, &lda_, ipiv_, &info_);                                                         \
        if (info_ >= 0) narrow(ipiv, ipiv_, least);                                                                      \
        free(ipiv_);                                                                                                     \
        *info = (int)info_;                                                                                              \
    }                                                                                                                    \
    void scipy_##p##posv_64_(const char *, const wide *, const wide *, type *, const wide *, type *, const wide *,       \
                             wide *, size_t);                                                                            \
    void p##posv_(const char *uplo, const int *n, const int *nrhs, type *a, const int *lda, type *b, const int *ldb,     \
                  int *info)                                                                                             \
    {                                                                                                                    \
        wide n_ = *n, nrhs_ = *nrhs, lda_ = *lda, ldb_ = *ldb, info_ = 0;                                                \
        scipy_##p##posv_64_(uplo, &n_, &nrhs_, a, &lda_, b, &ldb_, &info_, 1);                                           \
        *info = (int)info_;                                                                                              \
    }                                                                                                                    \
    void scipy_##p##potrf_64_(const char *, const wide *, type *, const wide *, wide *, size_t);                         \
    void p##potrf_(const char *uplo, const int *n, type *a, const int *lda, int *info)                                   \
    {                                                                                                                    \
        wide n_ = *n, lda_ = *lda, info_ = 0;                                                                            \
        scipy_##p##potrf_64_(uplo, &n_, a, &lda_, &info_, 1);                                                            \
        *info = (int)info_;                                                                                              \
    }                                                                                                                    \
    void scipy_##p##gels_64_(const char *, const wide *, const wide *, const wide *, type *, const wide *, type *,       \
                             const wide *, type *, const wide *, wide *, size_t);                                        \
    void p##gels_(const char *trans, const int *m, const int *n, const int *nrhs, type *a, const int *lda, type *b,      \
                  const int *ldb, type *work, const int *lwork, int *info)                                               \
    {                                                                                                                    \
        wide m_ = *m, n_ = *n, nrhs_ = *nrhs, lda_ = *lda, ldb_ = *ldb, lwork_ = *lwork, info_ = 0;                      \
        scipy_##p##gels_64_(trans, &m_, &n_, &nrhs_, a, &lda_, b, &ldb_, work, &lwork_, &info_, 1);                      \
        *info = (int)info_;                                                                                              \
    }                                                                                                                    \
    void scipy_##p##geqrf_64_(const wide *, const wide *, type *, const wide *, type *, type *, const wide *, wide *);   \
    void p##geqrf_(const int *m, const int *n, type *a, const int *lda, type *tau, type *work, const int *lwork,         \
                   int *info)                                                                                            \
    {                                                                                                                    \
        wide m_ = *m, n_ = *n, lda_ = *lda, lwork_ = *lwork, info_ = 0;                                                  \
        scipy_##p##geqrf_64_(&m_, &n_, a, &lda_, tau, work, &lwork_, &info_);                                            \
        *info = (int)info_;                                                                                              \
    }                                                                                                                    \
    void scipy_##p##gesdd_64_(const char *, const wide *, const wide *, type *, const wide *, type *, type *,            \
                              const wide *, type *, const wide *, type *, const wide *, wide *, wide *, size_t);         \
    void p##gesdd_(const char *jobz, const int *m, const int *n, type *a, const int *lda, type *s, type *u,              \
                   const int *ldu, type *vt, const int *ldvt, type *work, const int *lwork, int *iwork, int *info)       \
    {                                                                                                                    \
        wide m_ = *m, n_ = *n, lda_ = *lda, ldu_ = *ldu, ldvt_ = *ldvt, lwork_ = *lwork, info_ = 0;                      \
        wide *iwork_ = room(8 * (m_ < n_ ? m_ : n_)); /* scratch of the routine: nothing of it is read afterwards */     \
        (void)iwork;                                                                                                     \
        scipy_##p##gesdd_64_(jobz, &m_, &n_, a, &lda_, s, u, &ldu_, vt, &ldvt_, work, &lwork_, iwork_, &info_, 1);       \
        free(iwork_);                                                                                                    \
        *info = (int)info_;                                                                                              \
    }
LAPACK(s, float)
LAPACK(d, double)

void scipy_dgeev_64_(const char *, const char *, const wide *, double *, const wide *, double *, double *, double *,
                     const wide *, double *, const wide *, double *, const wide *, wide *, size_t, size_t);
void dgeev_(const char *left, const char *right, const int *n, double *a, const int *lda, double *wr, double *wi,
            double *vl, const int *ldvl, double *vr, const int *ldvr, double *work, const int *lwork, int *info)
{
    wide n_ = *n, lda_ = *lda, ldvl_ = *ldvl, ldvr_ = *ldvr, lwork_ = *lwork, info_ = 0;
    scipy_dgeev_64_(left, right, &n_, a, &lda_, wr, wi, vl, &ldvl_, vr, &ldvr_, work, &lwork_, &info_, 1, 1);
    *info = (int)info_;
}
