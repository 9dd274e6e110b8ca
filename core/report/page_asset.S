/* The page, made by scripts/build-report-assets, as bytes of the program (see page.c). */

    .section .rodata
    .globl assay_page_asset
    .type assay_page_asset, %object
assay_page_asset:
    .incbin ASSAY_PAGE_ASSET
    .size assay_page_asset, . - assay_page_asset
    .globl assay_page_asset_end
    .type assay_page_asset_end, %object
assay_page_asset_end:
    .byte 0
    .size assay_page_asset_end, 1

/* Without this note the linker would make the program's stack executable. */
    .section .note.GNU-stack, "", %progbits
