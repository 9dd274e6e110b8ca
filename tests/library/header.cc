// header.cc - assay.h in C++98, without another header before it
#include <assay.h>

int main()
{
    libassay_error error = libassay_error();
    libassay_score score = libassay_score();
    score.size = sizeof score;
    libassay_model *model = 0;
    libassay_status status = libassay_load_file("", &model, &error);
    return status == LIBASSAY_EIO && score.size == sizeof score && model == 0 ? 0 : 1;
}
