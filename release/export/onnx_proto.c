#include "release/export/onnx_proto.h"

#include <string.h>

enum { VARINT = 0, LENGTH_DELIMITED = 2 };

/* Seven bits a byte, the lowest first; the eighth says that more follow. */
static void put_varint(struct assay_text *message, uint64_t value)
{
    char bytes[10];
    size_t n = 0;
    do {
        bytes[n] = (char)(value & 0x7f);
        value >>= 7;
        if (value != 0)
            bytes[n] = (char)(bytes[n] | 0x80);
        n++;
    } while (value != 0);
    assay_text_add(message, bytes, n);
}

static void put_key(struct assay_text *message, unsigned field, unsigned wire_type)
{
    put_varint(message, (uint64_t)field << 3 | wire_type);
}

void assay_proto_integer(struct assay_text *message, unsigned field, int64_t value)
{
    put_key(message, field, VARINT);
    put_varint(message, (uint64_t)value);
}

void assay_proto_bytes(struct assay_text *message, unsigned field, const void *bytes, size_t length)
{
    put_key(message, field, LENGTH_DELIMITED);
    put_varint(message, length);
    if (length > 0)
        assay_text_add(message, bytes, length);
}

void assay_proto_string(struct assay_text *message, unsigned field, const char *string)
{
    assay_proto_bytes(message, field, string, strlen(string));
}

void assay_proto_message(struct assay_text *message, unsigned field, struct assay_text *part)
{
    if (part->failed)
        message->failed = true;
    else
        assay_proto_bytes(message, field, part->data, part->length);
    assay_text_clear(part);
}
