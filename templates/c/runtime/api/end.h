#if defined(__cplusplus)
} /* namespace */
#endif

#endif /* SHM_RUNTIME_H */
